"""Small text models that are no transformers: convolutions, pooling, upsampling, gates and recurrences."""

import torch
from references.autodiff.classic_bert import Result
from torch import nn

WIDTH, LABELS, VOCABULARY = 16, 3, 64


class Handmade(nn.Module):
    """Token ids → embeddings → `body` → logits; padding is zeroed before and, where it matters, after."""

    def __init__(self):
        super().__init__()
        self.word_embeddings = nn.Embedding(VOCABULARY, WIDTH)

    def get_input_embeddings(self):
        return self.word_embeddings

    def forward(self, input_ids, attention_mask, **_):
        x = self.word_embeddings(input_ids)
        mask = attention_mask[..., None].to(x.dtype)
        return Result(logits=self.body(x * mask, mask), attentions=None, hidden_states=None)


class TextCnn(Handmade):
    """Kim 2014 with batch normalisation: three widths, max over time."""

    def __init__(self):
        super().__init__()
        self.convolutions = nn.ModuleList(nn.Conv1d(WIDTH, 8, size, padding=size // 2) for size in (1, 3, 5))
        self.norms = nn.ModuleList(nn.BatchNorm1d(8) for _ in range(3))
        self.classifier = nn.Linear(24, LABELS)

    def body(self, x, mask):
        x = x.transpose(1, 2)  # [batch, width, length]
        # normalised after the activation: an exporter folds it into a convolution that comes straight before
        parts = [norm(torch.relu(conv(x))) for conv, norm in zip(self.convolutions, self.norms)]
        return self.classifier(torch.cat([part.max(-1).values for part in parts], -1))


class PooledCnn(Handmade):
    """Strided, grouped and dilated convolutions between max and average pooling."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(WIDTH, 16, 3, padding=1, groups=4)
        self.norm = nn.BatchNorm1d(16)
        self.pool = nn.MaxPool1d(3, stride=2, padding=1)
        self.second = nn.Conv1d(16, 16, 3, padding=2, dilation=2)
        self.third = nn.Conv1d(16, 8, 3, stride=2, padding=1)
        self.average = nn.AvgPool1d(2, stride=1, ceil_mode=False, count_include_pad=True)
        self.classifier = nn.Linear(8, LABELS)

    def body(self, x, mask):
        x = self.pool(torch.relu(self.norm(self.first(x.transpose(1, 2)))))
        x = nn.functional.leaky_relu(self.third(nn.functional.elu(self.second(x))), 0.2)
        return self.classifier(nn.functional.adaptive_avg_pool1d(self.average(x), 1)[..., 0])


class GatedCnn(Handmade):
    """Dauphin et al. 2017: causal convolutions with gated linear units, residuals, softplus and hard gates; a label per token."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv1d(WIDTH, 2 * WIDTH, 3) for _ in range(2))
        self.norm = nn.LayerNorm(WIDTH)
        self.classifier = nn.Linear(WIDTH, LABELS)

    def body(self, x, mask):
        for layer in self.layers:
            y = layer(nn.functional.pad(x.transpose(1, 2), (2, 0)))
            x = x + nn.functional.glu(y, dim=1).transpose(1, 2)
        x = self.norm(nn.functional.softplus(x) + nn.functional.hardswish(x))
        return self.classifier(x * mask)


class UNet(Handmade):
    """Down by max pooling, up by nearest-neighbour resizing and a transposed convolution, with a skip; a label per token."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv1d(WIDTH, 16, 3, padding=1)
        self.middle = nn.Conv1d(16, 16, 3, padding=1)
        self.transposed = nn.ConvTranspose1d(16, 16, 2, stride=2)
        self.up = nn.Conv1d(32, 16, 3, padding=1)
        self.classifier = nn.Linear(16, LABELS)

    def body(self, x, mask):
        skip = torch.relu(self.down(x.transpose(1, 2)))
        low = torch.tanh(self.middle(nn.functional.max_pool1d(skip, 2)))
        high = nn.functional.interpolate(low, scale_factor=2, mode="nearest") + self.transposed(low)
        return self.classifier(torch.relu(self.up(torch.cat([skip, high], 1))).transpose(1, 2))


class AttentivePooling(Handmade):
    """Cumulative mean of the words before, additive attention over them (einsum), cosine to class vectors."""

    def __init__(self):
        super().__init__()
        self.score = nn.Linear(WIDTH, 1)
        self.classes = nn.Parameter(torch.zeros(LABELS, WIDTH))

    def body(self, x, mask):
        x = x.cumsum(1) / mask.cumsum(1)
        scores = self.score(torch.tanh(x)) + (1 - mask) * -1e4
        pooled = torch.einsum("btk,bth->bh", torch.softmax(scores, 1), x)
        pooled = pooled / pooled.norm(dim=-1, keepdim=True).clamp(min=1e-6)
        return 5 * pooled @ (self.classes / self.classes.norm(dim=-1, keepdim=True)).T


class LogSumExpBag(Handmade):
    """Bag of words through a smooth maximum: exp, log, sqrt, abs, minimum and maximum, log-softmax logits."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(WIDTH, WIDTH)
        self.classifier = nn.Linear(WIDTH, LABELS)

    def body(self, x, mask):
        x = torch.logsumexp(self.hidden(x) + (1 - mask) * -1e4, 1)
        x = (
            torch.sqrt(x.abs() + 0.1)
            + torch.minimum(x, x * 0.5)
            + torch.maximum(x * 0.3, torch.sigmoid(x))
            + x.clamp(-0.5, 2.0)
        )
        return torch.log_softmax(self.classifier(x), -1)


class Recurrent(Handmade):
    """A bidirectional LSTM and a GRU, mean over time."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(WIDTH, 8, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(16, 8, batch_first=True)
        self.classifier = nn.Linear(8, LABELS)

    def body(self, x, mask):
        x, _ = self.lstm(x)
        x, _ = self.gru(x)
        return self.classifier((x * mask).sum(1) / mask.sum(1))


MODELS = {
    "text-cnn": (TextCnn, "seqcls"),
    "pooled-cnn": (PooledCnn, "seqcls"),
    "gated-cnn": (GatedCnn, "tokcls"),
    "text-unet": (UNet, "tokcls"),
    "attentive-pooling": (AttentivePooling, "seqcls"),
    "log-sum-exp-bag": (LogSumExpBag, "seqcls"),
    "recurrent": (Recurrent, "seqcls"),
}
UNSUPPORTED = {"recurrent": "LSTM and GRU have no rule: a clear error is right"}
EVEN = {"text-unet"}  # an odd length would not fit after halving and doubling
