namespace Commerce.Scale.FlashSale;

/// <summary>
/// An instance of the app: so many activities at a time, and a writer for each shard, as <c>KeyedBatcher</c> has one a key.
/// </summary>
internal sealed class Instance
{
    private readonly Writer[] _writers;
    private readonly int? _ownShard;

    public Instance(Sale sale, int number)
    {
        _ownShard = sale.Options.ShardBy == ShardChoice.Instance ? number % sale.Shards.Count : null;
        FreePlaces = sale.Options.Places;
        _writers = [.. sale.Shards.Select(shard => new Writer(sale, this, shard))];
    }

    public int FreePlaces { get; private set; }

    /// <summary>Begins the activity that takes a buyer's piece and pays.</summary>
    public void Fulfil(Buyer buyer)
    {
        if (_ownShard is { } shard && buyer.EmptyShards == 0)
            buyer.BeginAt(shard);
        Submit(buyer);
    }

    public void Submit(Buyer buyer) => _writers[buyer.Shard].Submit(buyer);

    /// <summary>Gives an activity a place; it holds it until it is freed.</summary>
    public void Take() => FreePlaces--;

    public void Free() => FreePlaces++;
}
