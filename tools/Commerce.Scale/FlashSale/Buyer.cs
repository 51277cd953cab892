namespace Commerce.Scale.FlashSale;

/// <summary>Who wants one piece.</summary>
internal sealed class Buyer(long arrivedUs, int homeShard)
{
    private bool _isSettled;

    /// <summary>The shard where the buyer's line is decided next.</summary>
    public int Shard { get; private set; } = homeShard;

    /// <summary>Shards that had nothing left for this buyer.</summary>
    public int EmptyShards { get; private set; }

    /// <summary>How often the activity failed and runs again.</summary>
    public int Failures { get; private set; }

    /// <summary>From the arrival to the answer: a piece that is paid, or an order that is rejected.</summary>
    public long WaitedUs { get; private set; }

    public bool HasPiece { get; private set; }

    public void Settle(bool hasPiece, long nowUs)
    {
        if (_isSettled)
            throw new OversoldException("a buyer was answered twice");
        _isSettled = true;
        HasPiece = hasPiece;
        WaitedUs = nowUs - arrivedUs;
    }

    /// <summary>Begins at another shard than the buyer's own.</summary>
    public void BeginAt(int shard) => Shard = shard;

    public void GoOn(int shards)
    {
        EmptyShards++;
        Shard = (Shard + 1) % shards;
    }

    public void Fail() => Failures++;
}
