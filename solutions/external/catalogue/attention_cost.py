"""What learners write for `attention_cost`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "cost-steps": """
def attention_cost(n, dim, memory_size):
    def product(rows, inner, columns):
        return rows * inner * columns

    own = product(n, dim, n) + product(n, n, dim)
    external = product(n, dim, memory_size) + product(n, memory_size, dim)
    return own, external
""",
    "cost-of-matrices": """
def attention_cost(n, dim, memory_size):
    return tuple(2 * n * dim * met for met in (n, memory_size))
""",
}

MISTAKES = (
    Mistake("cost-order",
            "Your two numbers have changed places. Return self-attention's number first, then external attention's.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * dim * memory_size, 2 * n * n * dim"}),
    Mistake("cost-one-product",
            "You count one matrix product. Each kind of attention has two: the first makes the logits, and the "
            "second multiplies the weights by the values.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "n * n * dim, n * dim * memory_size"}, hint=1),
    Mistake("cost-one-product-of-self",
            "Your second number is right. For self-attention you count one matrix product; it has two of the same "
            "size.", {"2 * n * n * dim, 2 * n * dim * memory_size": "n * n * dim, 2 * n * dim * memory_size"}, hint=1),
    Mistake("cost-one-product-of-external",
            "Your first number is right. For external attention you count one matrix product; it has two of the same "
            "size.", {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * n * dim, n * dim * memory_size"}, hint=1),
    Mistake("cost-operations",
            "Your numbers are twice as large as they should be. A multiplication together with its addition is one "
            "multiply-add, and not two operations.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "4 * n * n * dim, 4 * n * dim * memory_size"}, hint=2),
    Mistake("cost-projections",
            "You count self-attention's query, key and value layers too. Here only the two matrix products count.",
            {"2 * n * n * dim, 2 * n * dim * memory_size":
                 "2 * n * n * dim + 3 * n * dim * dim, 2 * n * dim * memory_size"}),
    Mistake("cost-channels-squared",
            "Your first number has dim * dim in it, as channel attention would. Every token is compared with every "
            "token, so each product takes n * n * dim.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * dim * dim, 2 * n * dim * memory_size"}, hint=1),
    Mistake("cost-without-dim",
            "You count the entries of the matrices. Each entry is a sum of dim products, so multiply by dim.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * n, 2 * n * memory_size"}, hint=1),
    Mistake("cost-memory-squared",
            "Your second number has n * n in it. Each of the n tokens is compared with memory_size slots, not with n "
            "other tokens.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * n * dim, 2 * n * n * memory_size"}, hint=1),
    Mistake("cost-parameters",
            "Your second number is the number of parameters of mk and mv. Multiply it by n, because each of the n "
            "tokens goes through them.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * n * dim, 2 * dim * memory_size"}, hint=1),
    Mistake("cost-external-alone",
            "You return one number, that of external attention. Return two: self-attention's, then external "
            "attention's.", {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * dim * memory_size"}, hint=2),
    Mistake("cost-softmax",
            "You count the softmax too, one for each entry of the weights. Here only the matrix products count.",
            {"2 * n * n * dim, 2 * n * dim * memory_size":
                 "2 * n * n * dim + n * n, 2 * n * dim * memory_size + n * memory_size"}),
    Mistake("cost-softmax-of-self",
            "Your second number is right. In the first number you count the softmax too, n * n. Here only the matrix "
            "products count.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * n * dim + n * n, 2 * n * dim * memory_size"}),
    Mistake("cost-tokens-cubed",
            "Your second number is right. Your first number has n * n * n in it. Self-attention's second product is "
            "(n, n) times (n, dim), so it takes n * n * dim.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "n * n * dim + n * n * n, 2 * n * dim * memory_size"},
            hint=1),
    Mistake("cost-memory-size-ignored",
            "The argument `memory_size` has no effect, because 64 is written into your code. Write memory_size "
            "instead.", {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * n * dim, 2 * n * dim * 64"}),
    Mistake("cost-sums",
            "A product of (a, b) and (b, c) has three sizes, and you add them. Multiply them: there are a * c "
            "results, and each takes b multiplications.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * (n + dim + n), 2 * (n + dim + memory_size)"}, hint=1),
    Mistake("cost-second-product-of-self",
            "Your first number is right. In the second number you count self-attention's second product, n * n * "
            "dim. External attention's second product is (n, memory_size) times (memory_size, dim), so it takes n * "
            "memory_size * dim.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * n * dim, n * dim * memory_size + n * n * dim"},
            hint=1),
    Mistake("cost-sizes-added",
            "You add the numbers of entries of the matrices. If you multiply (a, b) by (b, c), each of the a * c "
            "results takes b multiplications: a * b * c in all.",
            {"2 * n * n * dim, 2 * n * dim * memory_size":
                 "3 * n * dim + n * n, n * dim + 2 * dim * memory_size + n * memory_size"}, hint=1),
    Mistake("cost-one-n",
            "Your second number is right. Your first number has only one n. Each of n tokens is compared with n "
            "tokens, so each product takes n * n * dim.",
            {"2 * n * n * dim, 2 * n * dim * memory_size": "2 * n * dim, 2 * n * dim * memory_size"}, hint=1),
)

WRONG = (
    Wrong("floats-returned",
          {"return 2 * n * n * dim, 2 * n * dim * memory_size": """a = 2.0 * n ** 2 * dim
    b = 2.0 * n * dim * memory_size
    return (a, b)"""},
          says="expected the int"),
    Wrong("never-more-slots-than-tokens",
          {"return": """slots = min(n, memory_size)
    return""",
           "* memory_size": "* slots"}, says="Right on other inputs"),
    Wrong("printed-not-returned",
          {"return 2 * n * n * dim, 2 * n * dim * memory_size": "print(2 * n * n * dim, 2 * n * dim * memory_size)"},
          says="Is a `return` missing?"),
    Wrong("quotient-returned",
          {"return 2 * n * n * dim, 2 * n * dim * memory_size": """own = 2 * n * n * dim
    external = 2 * n * dim * memory_size
    return own // external"""},
          says="got a number of type int"),
)
