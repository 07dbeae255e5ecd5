// The recurrent network of the slides and its backpropagation through time, in plain numbers.
// Vectors are arrays, and matrices arrays of rows; indices t run from 1 to T, and h[0] is zero.

const zeros = (n) => new Array(n).fill(0);
const zeroMatrix = (rows, columns) => Array.from({length: rows}, () => zeros(columns));
const add = (x, y) => x.map((v, i) => v + y[i]);
const times = (x, M) => M[0].map((_, j) => x.reduce((sum, v, i) => sum + v * M[i][j], 0)); // x M
const timesTransposed = (x, M) => M.map((row) => row.reduce((sum, m, j) => sum + x[j] * m, 0)); // x Mᵀ
const norm = (...numbers) => Math.hypot(...numbers.flat(2));

// f, and f′ as a function of h = f(a).
const NONLINEARITIES = {
  tanh: {f: Math.tanh, slope: (h) => 1 - h * h},
  relu: {f: (a) => Math.max(0, a), slope: (h) => (h > 0 ? 1 : 0)},
  sigmoid: {f: (a) => 1 / (1 + Math.exp(-a)), slope: (h) => h * (1 - h)},
};

function runForward({X, y, U, V, b, W, c}, {f}, T) {
  const h = [zeros(b.length)], O = [null], C = [null];
  for (let t = 1; t <= T; t++) {
    // a_t = X_t U + h_{t−1} V + b
    const a_t = add(add(times(X[t - 1], U), times(h[t - 1], V)), b);
    // h_t = f(a_t)
    h.push(a_t.map(f));
    // O_t = c + W h_t
    O.push(add(c, timesTransposed(h[t], W)));
    // C_t = Σ (O_t − y_t)²
    C.push(O[t].reduce((sum, o, k) => sum + (o - y[t - 1][k]) ** 2, 0));
  }
  return {h, O, C};
}

// share[t]: the factor of C_t in C, 1/T for the average; cut(t): whether the gradient from t+1 is cut.
function runBackward({X, y, U, V, b, W, c}, {slope}, {h, O}, T, share, cut) {
  const H = b.length, own = [], through = [], dC_dh = [], collected = [];
  const gradient = {
    U: zeroMatrix(U.length, H), V: zeroMatrix(H, H), b: zeros(H),
    W: zeroMatrix(W.length, H), c: zeros(c.length),
  };
  let dC_da_next = zeros(H); // ∂C/∂a_{t+1}
  for (let t = T; t >= 1; t--) {
    // ∂C/∂O_t = share 2 (O_t − y_t)
    const dC_dO = O[t].map((o, k) => share[t] * 2 * (o - y[t - 1][k]));
    // ∂C/∂h_t = ∂C_t/∂h_t + ∂C/∂a_{t+1} Vᵀ; truncation cuts the second term
    own[t] = times(dC_dO, W);
    through[t] = cut(t) ? zeros(H) : timesTransposed(dC_da_next, V);
    dC_dh[t] = add(own[t], through[t]);
    // ∂C/∂a_t = ∂C/∂h_t f′(a_t)
    const dC_da = dC_dh[t].map((g, i) => g * slope(h[t][i]));
    // ∂C/∂V = Σ_t h_{t−1}ᵀ ∂C/∂a_t, and likewise for the other weights
    addOuter(gradient.V, h[t - 1], dC_da);
    addOuter(gradient.U, X[t - 1], dC_da);
    gradient.b = add(gradient.b, dC_da);
    addOuter(gradient.W, dC_dO, h[t]);
    gradient.c = add(gradient.c, dC_dO);
    dC_da_next = dC_da;
    collected[t] = norm(...Object.values(gradient)); // of the weights' gradient, from T back to t
  }
  return {own, through, dC_dh, collected, gradient};
}

function addOuter(M, x, y) {
  x.forEach((v, i) => y.forEach((w, j) => { M[i][j] += v * w; }));
}

// Clipping by norm, as in torch: all gradients are multiplied by min(1, bound / norm).
function clipFactor(gradient, bound) {
  const total = norm(...Object.values(gradient));
  return {total, factor: Math.min(1, bound / (total + 1e-6))};
}
