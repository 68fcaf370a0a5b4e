"""Text for training the tiny tokenizers. Written for this project, no licence needed."""

ENGLISH = """
The library opens at nine in the morning and closes at six in the evening.
A small boat crossed the river while the rain was falling on the old town.
She bought three apples, two pears and a loaf of bread at the market.
He asked who had written the letter, but nobody in the room knew the answer.
Where is the station? The station is behind the church, next to the bakery.
Marie Curie was born in Warsaw in 1867 and worked for many years in Paris.
The engineers measured the temperature of the water every thirty minutes.
Is it possible to repair this bicycle before Friday afternoon?
I really enjoyed the film: the music was warm and the actors were wonderful.
The plot was thin, the jokes were tired, and the ending made no sense at all.
Two dogs were running along the beach when a child threw a red ball.
Our neighbour plays the piano badly, loudly, and always after midnight.
How many bridges cross the Rhine in the city of Cologne?
The committee will publish its report on the fourth of March, 2021.
You should never pour cold water into a very hot pan.
A train from Berlin to Munich takes about four hours.
Scientists at the institute discovered a new species of frog in Madagascar.
The price of wheat rose by 12.5 percent between June and September.
Please send your questions to the office; we'll answer within two days.
It isn't the cheapest hotel, but it's quiet, clean and close to the sea.
When the lights went out, everybody laughed and somebody began to sing.
The capital of Portugal is Lisbon, and the capital of Norway is Oslo.
An old man with a grey beard was reading a newspaper under the tree.
Because the road was closed, the drivers had to wait for several hours.
The first computer in our school had 64 kilobytes of memory.
Who painted the ceiling of the chapel, and how long did it take?
She doesn't think that the experiment failed; he thinks that it did.
The museum shows clocks, maps, coins and a model of the harbour.
Good tools make good work, said the carpenter to his youngest son.
The doctor told her to rest, to drink tea and to stay away from the office.
""".strip().splitlines()

OTHER = """
Le café près de la gare est fermé à midi; l'été, il reste ouvert très tard.
Über den Wolken muß die Freiheit wohl grenzenlos sein, sagte Jürgen Müller.
El niño comió una piña y bebió agua fría con su abuela en la montaña.
Příliš žluťoučký kůň úpěl ďábelské ódy. Zażółć gęślą jaźń. Smørrebrød på øya.
東京は日本の首都です。北京是中国的首都。今天天气很好。
이것은 작은 시험 문장입니다. Привет, как дела? Γειά σου, κόσμε!
I love this 😀 and this 🎉, but not that 😡. Great! 👍🏽 ❤️
""".strip().splitlines()

TRAINING_TEXT = ENGLISH * 4 + OTHER * 2
