using Commerce.Functions.Http;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Balance;

/// <summary>Charging a balance, reading it, and reading what changed it.</summary>
public sealed class BalanceFunctions(AccountLedger ledger, AccountReader accounts)
{
    private const string Currency = "KRW";
    private const string EntriesList = "entries";

    /// <summary>ETag of a balance that nothing has changed yet.</summary>
    private const string UntouchedETag = "\"0\"";

    [Function("ChargeBalance")]
    public async Task<IResult> Charge(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "users/{userId}/balance/charges")] HttpRequest request, string userId)
    {
        var input = new RequestInput(request, userId);
        var key = input.IdempotencyKey();
        var body = await input.JsonAsync(BalanceJson.Wire.ChargeRequest);
        var amount = input.WholeNumber(body?.Amount, "amount", 1, Limits.ChargeAmountMax);
        if (input.Problem is { } problem)
            return problem;
        var posting = await ledger.SubmitAsync(userId, new AccountCommand.Charge(userId, key, amount));
        if (!posting.Succeeded)
            return Answers.Problem(posting.Failure);
        var entry = posting.Value.Record.Entry!;
        return AccountRules.RefusalOf(entry) is { } refusal
            ? Answers.Problem(refusal)
            : Answers.Created(ChargeView.Of(entry), BalanceJson.Wire.ChargeView);
    }

    [Function("GetBalance")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "users/{userId}/balance")] HttpRequest request, string userId)
    {
        var input = new RequestInput(request, userId);
        if (input.Problem is { } problem)
            return problem;
        var account = await accounts.FindAsync(userId, request.HttpContext.RequestAborted);
        return Answers.OkUnlessUnchanged(
            request,
            new BalanceView(userId, account?.Balance ?? 0, account?.Held ?? 0, Currency, account?.UpdatedAt),
            BalanceJson.Wire.BalanceView,
            account?.ETag ?? UntouchedETag);
    }

    [Function("ListBalanceEntries")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "users/{userId}/balance/entries")] HttpRequest request,
        string userId)
    {
        var input = new RequestInput(request, userId);
        var page = input.Page(EntriesList);
        var before = input.SequenceOf(page);
        if (input.Problem is { } problem)
            return problem;
        var entries = await accounts.EntriesAsync(userId, before, page.ReadMax, request.HttpContext.RequestAborted);
        var (items, next) = page.Cut(entries, EntryView.Of, static entry => Page.Position(entry.Sequence));
        return Answers.Ok(new EntryList(items, next), BalanceJson.Wire.EntryList);
    }
}
