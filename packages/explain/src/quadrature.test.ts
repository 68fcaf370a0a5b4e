import { describe, expect, it } from 'vitest';
import { quadrature, spreadOrder } from './quadrature.ts';

const integral = (name: Parameters<typeof quadrature>[0], n: number, f: (x: number) => number): number => {
  const { nodes, weights } = quadrature(name, n);
  return nodes.reduce((sum, x, k) => sum + weights[k]! * f(x), 0);
};

describe('quadrature', () => {
  it('Gauss–Legendre is exact for polynomials of degree 2n − 1', () => {
    for (const n of [1, 2, 3, 5, 8, 20]) {
      const degree = 2 * n - 1;
      expect(integral('gauss_legendre', n, (x) => x ** degree)).toBeCloseTo(1 / (degree + 1), 13);
    }
  });

  it('the two-point Gauss–Legendre nodes are the published ones', () => {
    const { nodes, weights } = quadrature('gauss_legendre', 2);
    expect(nodes[0]).toBeCloseTo(0.5 - Math.sqrt(3) / 6, 14);
    expect(nodes[1]).toBeCloseTo(0.5 + Math.sqrt(3) / 6, 14);
    expect([...weights]).toEqual([expect.closeTo(0.5, 14), expect.closeTo(0.5, 14)]);
  });

  it('the error of left falls like 1/n, of midpoint like 1/n²', () => {
    const error = (name: 'left' | 'midpoint', n: number): number =>
      Math.abs(integral(name, n, Math.exp) - (Math.E - 1));
    expect(error('left', 20) / error('left', 40)).toBeCloseTo(2, 1);
    expect(error('midpoint', 20) / error('midpoint', 40)).toBeCloseTo(4, 1);
  });

  it('weights sum to 1 up to hundreds of points', () => {
    for (const n of [1, 7, 320, 640])
      expect(quadrature('gauss_legendre', n).weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

describe('spreadOrder', () => {
  it('names every index once and spreads each prefix', () => {
    for (const n of [1, 2, 3, 20, 33])
      expect([...spreadOrder(n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    expect(spreadOrder(8).slice(0, 4)).toEqual([0, 4, 2, 6]);
  });
});
