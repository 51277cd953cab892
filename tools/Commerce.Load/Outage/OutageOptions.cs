using System.Globalization;
using System.Text;
using Commerce.Load.Data;

namespace Commerce.Load.Outage;

/// <summary>How an outage is staged.</summary>
/// <param name="Fault">What the platform does while it is down.</param>
/// <param name="Rate">Orders a second on a fixed schedule, in healthy and in dead runs alike.</param>
/// <param name="Pairs">Healthy and dead runs, in turn.</param>
/// <param name="Count">Null: pairs. Otherwise one outage in which so many orders are placed as fast as they go, with a run before it and
/// one after.</param>
/// <param name="Duration">Of each run.</param>
/// <param name="WarmUp">Once, before everything, and followed by an outage that is not measured; zero for neither.</param>
/// <param name="Patience">How long nothing may arrive before the rest counts as lost.</param>
internal sealed record OutageOptions(
    PlatformFault Fault, int Clients, double Rate, int Pairs, long? Count, TimeSpan Duration, TimeSpan WarmUp, int Users, int Products,
        int Seed, TimeSpan Patience);

/// <summary>
/// What a platform that is down does: <c>hang</c>, <c>reset</c> (it cuts connections), or the status that it answers with.
/// </summary>
internal sealed record PlatformFault(string Name, byte[] Behaviour)
{
    /// <summary>A platform that works.</summary>
    public static byte[] None { get; } = "{}"u8.ToArray();

    /// <exception cref="InputException">There is no such fault.</exception>
    public static PlatformFault Parse(string name) => name switch
    {
        "hang" => new(name, "{\"hang\":true}"u8.ToArray()),
        "reset" => new(name, "{\"resetConnection\":true}"u8.ToArray()),
        _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 300 and <= 599 =>
            new(name, Encoding.UTF8.GetBytes($"{{\"failStatus\":{status}}}")),
        _ => throw new InputException("--fault is hang, reset, or a status from 300 to 599"),
    };
}
