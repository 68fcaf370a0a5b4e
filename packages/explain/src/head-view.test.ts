import { expect, it } from 'vitest';
import { headViewHtml } from './head-view.ts';

it('is one page that fetches nothing and shows texts as text', () => {
  const html = headViewHtml({
    layers: [{ heads: 1, weights: [0.25, 0.75, 1, 0] }],
    tokens: ['</script><img src=x onerror=alert(1)>', '$&'],
    secondStart: 1,
    title: '<b>"model"</b>',
  });
  expect(html).not.toMatch(/https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
  expect(html).not.toContain('<img');
  expect(html).not.toContain('<b>');
  expect(html).toContain('&lt;b&gt;&quot;model&quot;&lt;/b&gt;');
  const json = /<script type="application\/json" id="data">(.*)<\/script>/.exec(html)![1]!;
  const data = JSON.parse(json);
  expect(data.tokens).toEqual(['</script><img src=x onerror=alert(1)>', '$&']);
  expect([...Buffer.from(data.layers[0], 'base64')]).toEqual([64, 191, 255, 0]);
  expect(data).toMatchObject({ heads: 1, secondStart: 1 });
});
