using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Faults;

/// <summary>
/// Which request meets which fault: a function of the seed, what the request does, and how often that was done before. So a seed
/// gives the same faults again even where threads race.
/// </summary>
/// <param name="seed">Printed by a failing test; give it again to replay.</param>
/// <param name="probability">Chance that a request meets a fault, 0 to 1.</param>
public sealed class FaultPlan(ulong seed, double probability)
{
    private static readonly CosmosFault[] All = [.. Enum.GetValues<CosmosFault>().Where(fault => fault != CosmosFault.None)];

    private readonly ConcurrentDictionary<CosmosCall, int> _occurrences = new();
    private readonly ConcurrentDictionary<CosmosFault, int> _met = new();

    public ulong Seed { get; } = seed;

    /// <summary>False lets everything pass, for set-up and for what is checked afterwards.</summary>
    public bool Armed { get; set; } = true;

    /// <summary>How many requests met which fault.</summary>
    public IReadOnlyDictionary<CosmosFault, int> Met => _met;

    public int Total => _met.Values.Sum();

    public CosmosFault Next(CosmosCall call)
    {
        if (!Armed || call.Operation == CosmosOperation.Metadata)
            return CosmosFault.None;
        var occurrence = _occurrences.AddOrUpdate(call, 0, static (_, count) => count + 1);
        var draw = Draw($"{call.Operation} {call.Container} {call.PartitionKey} {occurrence}");
        if (draw.Chance >= probability)
            return CosmosFault.None;
        var fault = All[draw.Choice % (ulong)All.Length];
        if (!CanMeet(call, fault))
            fault = CosmosFault.Slow;
        _met.AddOrUpdate(fault, 1, static (_, count) => count + 1);
        return fault;
    }

    /// <summary>A pause of 1 to 30 ms.</summary>
    public TimeSpan Pause(CosmosCall call) => TimeSpan.FromMilliseconds(1 + Draw($"pause {call}").Choice % 30);

    public override string ToString() =>
        $"seed {Seed}: {Total} faults ({string.Join(", ", _met.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"))})";

    /// <summary>A read is overtaken by nobody, only the primary writes, and it knows every session.</summary>
    private static bool CanMeet(CosmosCall call, CosmosFault fault) => fault switch
    {
        CosmosFault.Overtaken => call is { Operation: CosmosOperation.Batch, Container: "accounts" or "catalog" },
        CosmosFault.SessionNotAvailable => call.IsRead,
        CosmosFault.RetryWith => call.IsWrite,
        _ => true,
    };

    private (double Chance, ulong Choice) Draw(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{Seed} {text}"));
        return ((BinaryPrimitives.ReadUInt64LittleEndian(hash) >> 11) / (double)(1UL << 53),
            BinaryPrimitives.ReadUInt64LittleEndian(hash.AsSpan(8)));
    }
}
