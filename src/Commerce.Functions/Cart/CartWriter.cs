using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
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
    private readonly ProductReader _products;
    private readonly TimeProvider _time;
    private readonly KeyedBatcher<CartWork, Result<CartOutcome>> _batcher;

    public CartWriter(CommerceDatabase database, ProductReader products, TimeProvider time)
    {
        _carts = database[CommerceDatabase.Accounts];
        _products = products;
        _time = time;
        _batcher = new(CommitAsync, BatchSizeMax, QueueLengthMax);
    }

    /// <summary>The cart as a replica has it; null when the primary has none.</summary>
    public Task<ShoppingCart?> FindAsync(string userId, CancellationToken ct) =>
        _carts.FindAsync<ShoppingCart>(ShoppingCart.DocumentId, new PartitionKey(userId), ct);

    /// <summary>The cart as it is, or null when the user has none.</summary>
    public Task<ShoppingCart?> FindAtPrimaryAsync(string userId) =>
        _carts.FindAtPrimaryAsync<ShoppingCart>(ShoppingCart.DocumentId, new PartitionKey(userId));

    /// <summary>The cart as a replica has it; a hint, also that there is none.</summary>
    internal Task<ShoppingCart?> PeekAsync(string userId) =>
        _carts.PeekAsync<ShoppingCart>(ShoppingCart.DocumentId, new PartitionKey(userId));

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

    /// <summary>
    /// Writes what waits on the cart as some replica has it, or, where that is not what is stored or comes to no write, as the primary has
    /// it: what was not written rests on nothing else.
    /// </summary>
    private async Task CommitAsync(string userId, IReadOnlyList<Pending<CartWork, Result<CartOutcome>>> batch)
    {
        var revision = WriteName.Create();
        var stored = await PeekAsync(userId);
        for (var (races, isSure) = (0, false); ; isSure = true)
        {
            var before = stored ?? CartRules.Empty(userId, _time.GetUtcNow());
            var (after, outcomes) = await ApplyAsync(stored, before, batch);
            var attempted = ReferenceEquals(before, after) ? null : before;
            if (attempted is not null)
            {
                var next = after with { Revisions = Revisions.With(before.Revisions, revision) };
                if (await _carts.TryWriteAsync(next, new PartitionKey(userId)) is { } written)
                {
                    Complete(batch, outcomes, written);
                    return;
                }
                await LostRaces.BackOffAsync(races++, _time);
            }
            else if (isSure)
            {
                Complete(batch, outcomes, before);
                return;
            }
            stored = await FindAtPrimaryAsync(userId);
            if (attempted is not null && IsWritten(stored, revision, attempted))
            {
                Complete(batch, outcomes, stored!);
                return;
            }
        }
    }

    /// <summary>True when it was this writer who has won a race, and did not hear of it: the cart was written under its name.</summary>
    /// <exception cref="UndecidedWriteException">It cannot be told any more.</exception>
    private static bool IsWritten(ShoppingCart? stored, string revision, ShoppingCart before)
    {
        // One that has expired, or was deleted, meanwhile tells nothing, and holds nothing that could be in it twice.
        if (stored is null)
            return false;
        if (Revisions.Contains(stored.Revisions, revision))
            return true;
        if (!Revisions.TellAllSince(stored.Revisions, before.Revisions))
            throw new UndecidedWriteException(Failure.Superseded);
        return false;
    }

    /// <summary>Answers everybody with the cart as it is written, which holds the changes of all.</summary>
    private static void Complete(
        IReadOnlyList<Pending<CartWork, Result<CartOutcome>>> batch, List<Result<CartOutcome>> outcomes, ShoppingCart cart)
    {
        for (var i = 0; i < batch.Count; i++)
            batch[i].Complete(outcomes[i].Succeeded ? outcomes[i].Value! with { Cart = cart } : outcomes[i]);
    }

    /// <summary>
    /// Applies what waits, at the prices last seen where they matter. What would be refused at them is judged again by what the primary
    /// has.
    /// </summary>
    private async Task<(ShoppingCart After, List<Result<CartOutcome>> Outcomes)> ApplyAsync(
        ShoppingCart? stored, ShoppingCart before, IReadOnlyList<Pending<CartWork, Result<CartOutcome>>> batch)
    {
        CartItem[] items = [.. before.Items, .. batch.Select(static pending => CartRules.PutIn(pending.Work.Change)).OfType<CartItem>()];
        if (!CartRules.PricesMatter(items))
            return Apply(stored, before, batch, NoMatter);
        string[] productIds = [.. items.Select(static item => item.ProductId).Distinct()];
        var applied = Apply(stored, before, batch, await _products.PeekManyAsync(productIds));
        return applied.Outcomes.Any(static outcome => outcome.Failure is { Code: ErrorCode.Validation })
            ? Apply(stored, before, batch, await _products.FindManyAtPrimaryAsync(productIds, CancellationToken.None))
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
}

/// <summary>A change that waits, and the version that it may be applied to.</summary>
internal readonly record struct CartWork(CartChange Change, Func<string?, bool>? Precondition);

/// <param name="Cart">The cart after the change.</param>
/// <param name="IsNewItem">True when the change has put a product in that was not in it.</param>
public sealed record CartOutcome(ShoppingCart Cart, bool IsNewItem);
