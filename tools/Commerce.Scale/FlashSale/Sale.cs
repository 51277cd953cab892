using Commerce.Scale.Model;

namespace Commerce.Scale.FlashSale;

/// <summary>
/// A simulated sale of one product: buyers come, wait in one queue for a place in some instance (Durable's work items), and each
/// instance's writer commits what waits in it. Nothing but the seed decides what happens.
/// </summary>
internal sealed class Sale
{
    // Retries.cs: an activity that failed runs again after 0.2 s, then twice as long, up to a minute.
    private const double RestartSeconds = 0.2;
    private const double RestartSecondsMax = 60;

    // OrderActivities.cs: paying patches the account and the order, and creates the payment; rejecting patches the two, after the order and
    // what has become of its line were read.
    private const int PayOperations = 3;
    private const int RejectOperations = 2;

    private readonly List<Buyer> _buyers = [];
    private readonly Queue<Action<Instance>> _activities = new();
    private readonly IReadOnlyList<Instance> _instances;
    private long _firstUs;
    private long _lastUs;
    private long _batches;
    private long _conflicts;
    private long _throttled;
    private long _restarts;
    private int _nextInstance;

    private Sale(CostModel model, SaleOptions options)
    {
        Model = model;
        Options = options;
        Chance = new(options.Seed);
        Shards = [.. Enumerable.Range(0, options.Shards).Select(number => ShardOf(model.Limits, options, number))];
        _instances = [.. Enumerable.Range(0, options.Instances).Select(number => new Instance(this, number))];
    }

    public CostModel Model { get; }

    public SaleOptions Options { get; }

    public Chance Chance { get; }

    public Timeline Timeline { get; } = new();

    public IReadOnlyList<Shard> Shards { get; }

    private long HandOverUs => (long)(Model.Latencies.HandOverMs * 1000);

    /// <exception cref="OversoldException">The sums do not agree in the end.</exception>
    public static SaleResult Run(CostModel model, SaleOptions options)
    {
        var sale = new Sale(model, options);
        sale.Timeline.After(0, sale.Arrive);
        sale.Timeline.Run();
        return sale.Result();
    }

    public long ReadUs() => Chance.NextUs(Model.Latencies.ReadMs);

    public long WriteUs(int operations) =>
        Chance.NextUs(Model.Latencies.WriteMs) + (long)((operations - 1) * Model.Latencies.BatchOperationMs * 1000);

    public void CountBatch() => _batches++;

    public void CountConflict() => _conflicts++;

    public void CountThrottled() => _throttled++;

    /// <summary>
    /// Goes on with activities that have a piece: each pays, tells its buyer, and holds its place until the event is published, too.
    /// </summary>
    public void Pay(Instance instance, List<Buyer> buyers)
    {
        foreach (var buyer in buyers)
        {
            Timeline.After(WriteUs(PayOperations), () =>
            {
                Answer(buyer, hasPiece: true);
                Timeline.After(Chance.NextUs(Model.Latencies.PublishMs), () => FreeLater(instance));
            });
        }
    }

    /// <summary>Ends activities that found nothing left; another one rejects each order, wherever there is a place.</summary>
    public void Refuse(Instance instance, List<Buyer> buyers)
    {
        foreach (var buyer in buyers)
        {
            FreeLater(instance);
            Timeline.After(HandOverUs, () => Enqueue(rejecting => Reject(rejecting, buyer)));
        }
    }

    /// <summary>Activities that failed, because the SDK or the writer gave up, run again later, wherever there is a place.</summary>
    public void Restart(Instance instance, List<Buyer> buyers)
    {
        foreach (var buyer in buyers)
        {
            _restarts++;
            var pause = Math.Min(RestartSecondsMax, RestartSeconds * Math.Pow(2, buyer.Failures));
            buyer.Fail();
            Timeline.After((long)(pause * 1e6), () => Enqueue(retrying => retrying.Fulfil(buyer)));
            FreeLater(instance);
        }
    }

    /// <summary>A shard with its part of the pieces: as equal parts as whole pieces allow.</summary>
    private static Shard ShardOf(LimitFigures limits, SaleOptions options, int number)
    {
        var pieces = (options.Stock / options.Shards) + (number < options.Stock % options.Shards ? 1 : 0);
        return new(pieces, limits.PartitionRuPerSecond, limits.BudgetBurstSeconds);
    }

    private void Arrive()
    {
        if (_buyers.Count == 0)
            _firstUs = Timeline.NowUs;
        var buyer = new Buyer(Timeline.NowUs, Chance.Next(Options.Shards));
        _buyers.Add(buyer);
        Enqueue(instance => instance.Fulfil(buyer));
        if (_buyers.Count < Options.Buyers)
            Timeline.After(Chance.NextIntervalUs(Options.BuyersPerSecond), Arrive);
    }

    private void Reject(Instance instance, Buyer buyer) => Timeline.After(ReadUs() + ReadUs() + WriteUs(RejectOperations), () =>
    {
        Answer(buyer, hasPiece: false);
        FreeLater(instance);
    });

    private void Answer(Buyer buyer, bool hasPiece)
    {
        buyer.Settle(hasPiece, Timeline.NowUs);
        _lastUs = Timeline.NowUs;
    }

    private void Enqueue(Action<Instance> activity)
    {
        _activities.Enqueue(activity);
        Dispatch();
    }

    /// <summary>Frees an activity's place when the next one can be there.</summary>
    private void FreeLater(Instance instance) => Timeline.After(HandOverUs, () =>
    {
        instance.Free();
        Dispatch();
    });

    /// <summary>Who waits longest goes to the next instance that has a place: instances compete for work, none is preferred.</summary>
    private void Dispatch()
    {
        for (var full = 0; full < _instances.Count && _activities.Count > 0;)
        {
            var instance = _instances[_nextInstance];
            _nextInstance = (_nextInstance + 1) % _instances.Count;
            if (instance.FreePlaces == 0)
            {
                full++;
                continue;
            }
            full = 0;
            instance.Take();
            _activities.Dequeue()(instance);
        }
    }

    private SaleResult Result()
    {
        var waits = _buyers.Select(static buyer => buyer.WaitedUs / 1000.0).Order().ToList();
        var sold = _buyers.Count(static buyer => buyer.HasPiece);
        var left = Shards.Sum(static shard => shard.Head.Stock);
        var taken = Shards.Sum(static shard => shard.Sold);
        if (sold != taken || sold + left != Options.Stock || sold != Math.Min(Options.Stock, Options.Buyers))
            throw new OversoldException($"{sold} pieces sold to {Options.Buyers} buyers, {left} left of {Options.Stock}");
        // A sale of a single buyer has a length, too: that of its answer.
        var seconds = Math.Max(1, _lastUs - _firstUs) / 1e6;
        return new(
            Options, seconds, sold, _buyers.Count - sold, _batches, _conflicts, _throttled, _restarts,
            Shards.Sum(static shard => shard.UsedRu), left, At(0.5), At(0.95), At(0.99), waits[^1]);

        double At(double share) => waits[(int)Math.Ceiling(share * waits.Count) - 1];
    }
}
