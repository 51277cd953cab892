using System.Net;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Shared;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Cart;

/// <summary>
/// Reads and changes carts. Changes of one cart that wait at the same time are applied in turn and written once; the write is
/// guarded by the cart's ETag, so that no addition is lost, from whichever process it comes.
/// </summary>
public sealed class CartWriter
{
    private const int BatchSizeMax = 100;
    private const int QueueLengthMax = 1_000;

    private static readonly IReadOnlyDictionary<string, Product> NoMatter = new Dictionary<string, Product>();

    private readonly Container _carts;
    private readonly StockLedgerStore _heads;
    private readonly ProductReader _products;
    private readonly TimeProvider _time;
    private readonly KeyedBatcher<CartWork, Result<CartOutcome>> _batcher;

    public CartWriter(CommerceDatabase database, StockLedgerStore heads, ProductReader products, TimeProvider time)
    {
        _carts = database[CommerceDatabase.Accounts];
        _heads = heads;
        _products = products;
        _time = time;
        _batcher = new(CommitAsync, BatchSizeMax, QueueLengthMax);
    }

    /// <summary>The cart as it is stored now, or null when the user has none.</summary>
    public Task<ShoppingCart?> FindAsync(string userId, CancellationToken ct) =>
        _carts.FindAsync<ShoppingCart>(ShoppingCart.DocumentId, new PartitionKey(userId), ct);

    /// <summary>Changes a cart.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="change">What is to change.</param>
    /// <param name="precondition">
    /// Whether a version of the cart (its ETag; null when there is none) may be changed; otherwise the change is refused with
    /// <see cref="ErrorCode.PreconditionFailed"/>.
    /// </param>
    /// <exception cref="CosmosException">The store could not be reached.</exception>
    public async Task<Result<CartOutcome>> ChangeAsync(string userId, CartChange change, Func<string?, bool>? precondition = null) =>
        _batcher.TrySubmit(userId, new CartWork(change, precondition)) is { } answer
            ? await answer
            : new Failure(ErrorCode.Busy, "Too many requests are waiting for this cart. Try again shortly.");

    private async Task CommitAsync(string userId, IReadOnlyList<Pending<CartWork, Result<CartOutcome>>> batch)
    {
        var revision = Guid.NewGuid().ToString("N");
        List<Result<CartOutcome>> outcomes = [];
        for (var races = 0; ; races++)
        {
            var stored = await FindAsync(userId, CancellationToken.None);
            if (stored?.Revision == revision)
            {
                // Our own write, whose answer was lost.
                Complete(batch, outcomes, stored);
                return;
            }
            var before = stored ?? CartRules.Empty(userId, _time.GetUtcNow());
            (var after, outcomes) = await ApplyAsync(stored, before, batch);
            if (ReferenceEquals(before, after))
            {
                Complete(batch, outcomes, before);
                return;
            }
            after = after with { Revision = revision };
            if (await WriteAsync(stored, after) is { } etag)
            {
                Complete(batch, outcomes, after with { ETag = etag });
                return;
            }
            await LostRaces.StepAsideAsync(races, _time);
        }
    }

    /// <summary>Answers everybody with the cart as it is written, which holds the changes of all.</summary>
    private static void Complete(
        IReadOnlyList<Pending<CartWork, Result<CartOutcome>>> batch, List<Result<CartOutcome>> outcomes, ShoppingCart cart)
    {
        for (var i = 0; i < batch.Count; i++)
            batch[i].Complete(outcomes[i].Succeeded ? outcomes[i].Value! with { Cart = cart } : outcomes[i]);
    }

    /// <summary>
    /// Applies what waits, at the prices last seen where they matter. What would be refused at them is judged again by what is stored now.
    /// </summary>
    private async Task<(ShoppingCart After, List<Result<CartOutcome>> Outcomes)> ApplyAsync(
        ShoppingCart? stored, ShoppingCart before, IReadOnlyList<Pending<CartWork, Result<CartOutcome>>> batch)
    {
        CartItem[] items = [.. before.Items, .. batch.Select(static pending => CartRules.PutIn(pending.Work.Change)).OfType<CartItem>()];
        if (!CartRules.PricesMatter(items))
            return Apply(stored, before, batch, NoMatter);
        string[] productIds = [.. items.Select(static item => item.ProductId).Distinct()];
        var applied = Apply(stored, before, batch, await _heads.PeekManyAsync(productIds));
        return applied.Outcomes.Any(static outcome => outcome.Failure is { Code: ErrorCode.Validation })
            ? Apply(stored, before, batch, await _products.FindManyAsync(productIds, CancellationToken.None))
            : applied;
    }

    /// <summary>Applies what waits, each on the cart as the one before leaves it.</summary>
    private (ShoppingCart After, List<Result<CartOutcome>> Outcomes) Apply(
        ShoppingCart? stored,
        ShoppingCart before,
        IReadOnlyList<Pending<CartWork, Result<CartOutcome>>> batch,
        IReadOnlyDictionary<string, Product> products)
    {
        var cart = before;
        var outcomes = new List<Result<CartOutcome>>(batch.Count);
        foreach (var (change, precondition) in batch.Select(static pending => pending.Work))
        {
            // What an earlier change of this batch has made is a version that nobody can have seen.
            var holds = precondition is null || (ReferenceEquals(cart, before) && precondition(stored?.ETag));
            var result = holds ? CartRules.Apply(cart, change, products, _time.GetUtcNow()) : NotThisVersion;
            outcomes.Add(result.Succeeded ? new CartOutcome(result.Value, result.Value.Items.Count > cart.Items.Count) : result.Failure);
            cart = result.Succeeded ? result.Value : cart;
        }
        return (cart, outcomes);
    }

    internal static Failure NotThisVersion => new(
        ErrorCode.PreconditionFailed, "The cart is not the version that If-Match asks for. Read it again and decide anew.");

    /// <summary>The ETag of the written cart, or null when somebody else has written meanwhile.</summary>
    private async Task<string?> WriteAsync(ShoppingCart? stored, ShoppingCart cart)
    {
        var partitionKey = new PartitionKey(cart.UserId);
        try
        {
            var response = await TransientFaults.RetryAsync(() => stored is null
                ? _carts.CreateItemAsync(cart, partitionKey)
                : _carts.ReplaceItemAsync(cart, cart.Id, partitionKey, new ItemRequestOptions { IfMatchEtag = stored.ETag }));
            return response.ETag;
        }
        catch (CosmosException raced) when (raced.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}

/// <summary>A change that waits, and the version that it may be applied to.</summary>
internal readonly record struct CartWork(CartChange Change, Func<string?, bool>? Precondition);

/// <param name="Cart">The cart after the change.</param>
/// <param name="IsNewItem">True when the change has put a product in that was not in it.</param>
public sealed record CartOutcome(ShoppingCart Cart, bool IsNewItem);
