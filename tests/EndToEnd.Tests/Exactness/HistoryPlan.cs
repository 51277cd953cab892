using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>One atomic change of one balance or stock; it must not become negative, and be as answered where that was answered.</summary>
internal sealed record Step(int Cell, long Delta, long? After = null);

/// <summary>
/// The steps of an operation that was answered in a certain way: some in order, then some in any order (what a refused or cancelled
/// order puts back).
/// </summary>
internal sealed class HistoryPlan(IReadOnlyList<Step> ordered, IReadOnlyList<Step> unordered)
{
    // How far a plan has got is one number: the count of ordered steps, then a bit for each of the others.
    private readonly int _end = ordered.Count + (1 << unordered.Count) - 1;

    public bool IsDone(int progress) => progress == _end;

    public IEnumerable<(Step Step, int Progress)> Next(int progress)
    {
        if (progress < ordered.Count)
        {
            yield return (ordered[progress], progress + 1);
            yield break;
        }
        for (var i = 0; i < unordered.Count; i++)
        {
            if (((progress - ordered.Count) & (1 << i)) == 0)
                yield return (unordered[i], progress + (1 << i));
        }
    }

    public override string ToString() => $"[{string.Join(", ", ordered)}] then [{string.Join(", ", unordered)}]";
}

/// <summary>What a shop that does one step at a time would have to do to answer as was answered.</summary>
/// <param name="productIds">Ids of the products, ascending; their cells are the first.</param>
/// <param name="prices">Won, aligned.</param>
internal sealed class HistoryModel(IReadOnlyList<string> productIds, IReadOnlyList<long> prices)
{
    public HistoryPlan PlanOf(Operation operation, Answer answer) => operation switch
    {
        Operation.Charge charge => Single(UserCell(charge.User), charge.Amount, answer.Expect(201).Number("balance")),
        Operation.ReadBalance read => Single(UserCell(read.User), 0, answer.Expect(200).Number("balance")),
        Operation.ReadStock read => Single(read.Product, 0, answer.Expect(200).Number("stock")),
        Operation.Adjust adjust when answer.Code == 409 => new([Refusal(adjust.Product, answer)], []),
        Operation.Adjust adjust => Single(adjust.Product, adjust.Delta, answer.Expect(200, 201).Number("stock")),
        Operation.Order order when answer.Expect(201, 409).Code == 201 => Paid(order, answer),
        Operation.Order order => Rejected(order, answer),
        Operation.Cancel cancel when answer.Expect(200).Text("status") == "cancelled" =>
            new([new(UserCell(cancel.Of.User), TotalOf(cancel.Of))], Put(cancel.Of.Lines)),
        _ => throw new ArgumentException($"Nobody should answer {operation} with {answer}", nameof(answer)),
    };

    private HistoryPlan Paid(Operation.Order order, Answer answer)
    {
        Assert.Equal((TotalOf(order), "paid"), (answer.Number("totalAmount"), answer.Text("status")));
        return new([.. Take(order.Lines), new(UserCell(order.User), -TotalOf(order))], []);
    }

    private HistoryPlan Rejected(Operation.Order order, Answer answer)
    {
        var refusedAt = answer.Problem == "insufficient-balance"
            ? order.Lines.Count
            : order.Lines.ToList().FindIndex(line => productIds[line.Product] == answer.Text("productId"));
        var isBalance = refusedAt == order.Lines.Count;
        Assert.Equal(isBalance ? TotalOf(order) : order.Lines[refusedAt].Quantity, answer.Number("requested"));
        var held = order.Lines.Take(refusedAt).ToList();
        return new([.. Take(held), Refusal(isBalance ? UserCell(order.User) : order.Lines[refusedAt].Product, answer)], Put(held));
    }

    private static HistoryPlan Single(int cell, long delta, long after) => new([new(cell, delta, after)], []);

    private static Step Refusal(int cell, Answer answer)
    {
        Assert.True(answer.Number("available") < answer.Number("requested"), answer.Body);
        return new(cell, 0, After: answer.Number("available"));
    }

    private static IEnumerable<Step> Take(IEnumerable<(int Product, long Quantity)> lines) =>
        lines.Select(line => new Step(line.Product, -line.Quantity));

    private static Step[] Put(IEnumerable<(int Product, long Quantity)> lines) =>
        [.. lines.Select(line => new Step(line.Product, line.Quantity))];

    private int UserCell(int user) => productIds.Count + user;

    private long TotalOf(Operation.Order order) => order.Lines.Sum(line => prices[line.Product] * line.Quantity);
}
