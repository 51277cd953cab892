namespace Commerce.Scale.FlashSale;

/// <summary>
/// What <c>KeyedBatcher</c> and <c>LedgerWriter</c> do with one head in one instance: take whatever waits, up to a batch; decide it on the
/// head last seen; write; after 412 read the head again, at the primary, and decide anew, stepping aside from the third race on.
/// </summary>
internal sealed class Writer(Sale sale, Instance instance, Shard shard)
{
    // LostRaces.cs: a random pause that doubles from 4 ms on, up to 64 ms.
    private const int DoublingsMax = 6;

    private readonly Queue<Buyer> _waiting = new();
    private bool _isRunning;
    private StockHead? _seen;

    public void Submit(Buyer buyer)
    {
        _waiting.Enqueue(buyer);
        if (_isRunning)
            return;
        _isRunning = true;
        // As in the app, what is submitted at the same time is not in the first one's batch.
        TakeBatch();
    }

    private void TakeBatch()
    {
        var batch = new List<Buyer>();
        while (batch.Count < sale.Model.BatchLinesMax && _waiting.TryDequeue(out var buyer))
            batch.Add(buyer);
        if (batch.Count == 0)
            _isRunning = false;
        else if (_seen is null)
            ReadHead(batch, races: 0, isFresh: false);
        else
            Write(batch, races: 0, isFresh: false);
    }

    /// <param name="batch">Who waits for it.</param>
    /// <param name="races">Lost so far.</param>
    /// <param name="isFresh">True when the primary is asked, which takes as long as a write; a replica's answer is a hint.</param>
    private void ReadHead(List<Buyer> batch, int races, bool isFresh)
    {
        StockHead read = default;
        new StoreCall(sale, shard, () => isFresh ? sale.WriteUs(1) : sale.ReadUs(), GiveUp(batch)).Run(
            () =>
            {
                read = shard.Head;
                return isFresh ? sale.Model.RequestUnits.PrimaryRead : sale.Model.RequestUnits.Read;
            },
            () =>
            {
                _seen = read;
                Write(batch, races, isFresh);
            });
    }

    private void Write(List<Buyer> batch, int races, bool isFresh)
    {
        var seen = _seen!.Value;
        var plan = SalePlan.Of(batch, seen.Stock, sale.Shards.Count);
        if (plan.Records == 0)
        {
            // Nothing guards an answer that leaves no record, so it rests on a head that was read for the purpose.
            if (isFresh)
                Answer(plan, batch);
            else
                ReadHead(batch, races, isFresh: true);
            return;
        }
        var isWritten = false;
        new StoreCall(sale, shard, () => sale.WriteUs(1 + plan.Records), GiveUp(batch)).Run(
            () =>
            {
                isWritten = shard.TryCommit(seen, plan.Sold.Count);
                return isWritten ? sale.Model.StockPatchRu + (plan.Records * sale.Model.SaleRu) : sale.Model.RequestUnits.Conflict;
            },
            () =>
            {
                if (isWritten)
                    Answer(plan, batch, seen);
                else
                    StepAside(batch, races);
            });
    }

    private void Answer(SalePlan plan, List<Buyer> batch, StockHead? before = null)
    {
        if (before is { } head)
        {
            _seen = new(head.Version + 1, head.Stock - plan.Sold.Count);
            sale.CountBatch();
        }
        sale.Pay(instance, plan.Sold);
        sale.Refuse(instance, plan.Refused);
        foreach (var buyer in plan.GoOn)
        {
            buyer.GoOn(sale.Shards.Count);
            instance.Submit(buyer);
        }
        TakeBatch();
    }

    private void StepAside(List<Buyer> batch, int races)
    {
        sale.CountConflict();
        if (races >= sale.Model.Limits.LostRaces)
        {
            GiveUp(batch)();
            return;
        }
        var pauseMs = races < 2 ? 0 : sale.Chance.Next(1 << Math.Min(races, DoublingsMax));
        sale.Timeline.After(pauseMs * 1000L, () => ReadHead(batch, races + 1, isFresh: true));
    }

    private Action GiveUp(List<Buyer> batch) => () =>
    {
        sale.Restart(instance, batch);
        TakeBatch();
    };
}

/// <summary>How a batch is decided on the stock that was seen: the first ones get a piece.</summary>
/// <param name="Sold">Get a piece.</param>
/// <param name="Refused">Get none, and a record of that: all shards were empty.</param>
/// <param name="GoOn">Look in the next shard.</param>
internal sealed record SalePlan(List<Buyer> Sold, List<Buyer> Refused, List<Buyer> GoOn)
{
    public int Records => Sold.Count + Refused.Count;

    public static SalePlan Of(List<Buyer> batch, long stock, int shards)
    {
        var plan = new SalePlan([], [], []);
        foreach (var buyer in batch)
        {
            var answer = plan.Sold.Count < stock ? plan.Sold : buyer.EmptyShards + 1 < shards ? plan.GoOn : plan.Refused;
            answer.Add(buyer);
        }
        return plan;
    }
}
