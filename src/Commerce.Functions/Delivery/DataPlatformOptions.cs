using System.ComponentModel.DataAnnotations;
using Commerce.Functions.Settings;
using Commerce.Shared.Delivery;

namespace Commerce.Functions.Delivery;

/// <summary>Settings <c>DataPlatform:...</c>.</summary>
public sealed record DataPlatformOptions : ICheckedOptions
{
    public const string Section = "DataPlatform";

    private const int SigningKeysMax = 2;

    /// <summary>Where events are posted to: https, or http on this machine. Without it, events wait.</summary>
    public string? Url { get; init; }

    /// <summary>
    /// The keys that events are signed with, <c>whsec_...</c>: one, or the new and the old one while receivers change over. One that cannot
    /// sign is passed over: a reference to a vault stays as it is until there is a secret behind it.
    /// </summary>
    public IReadOnlyList<string> SigningKeys { get; init; } = [];

    /// <summary>Longest wait for an answer, in seconds.</summary>
    [Range(0.1, 100)]
    public double TimeoutSeconds { get; init; } = 10;

    /// <summary>
    /// Most connections that one instance opens to the platform: one for each new event that is being sent
    /// (<see cref="EventDispatcher.SendingMax"/>), the others for the backlog. An event that waited for a connection would look like a
    /// platform that does not answer.
    /// </summary>
    [Range(EventDispatcher.SendingMax + 1, 1_000, ErrorMessage = "24 new events are sent at a time")]
    public int ConnectionsMax { get; init; } = 64;

    /// <summary>Most events a second that are sent out of the backlog. New events do not count.</summary>
    [Range(1, 10_000)]
    public int DrainPerSecond { get; init; } = 200;

    /// <summary>Longest pause between two probes of a platform that is down, in seconds.</summary>
    [Range(1.0, 3_600)]
    public double ProbeSecondsMax { get; init; } = 30;

    /// <summary>
    /// Age at which an event that is neither delivered nor waiting counts as lost, in seconds. Younger ones may be on their way;
    /// below 15 minutes, for which a request to the store stays valid, one that is committed late may be overlooked.
    /// </summary>
    [Range(1.0, 86_400)]
    public double LostAfterSeconds { get; init; } = 1_200;

    /// <summary>Most events of the backlog that are sent at a time.</summary>
    public int DrainingMax => ConnectionsMax - EventDispatcher.SendingMax;

    /// <summary>Most events of the backlog that are read at a time, and sent before anything else is done.</summary>
    public int PageMax => Math.Min(BacklogDrain.PageMax, DrainPerSecond);

    /// <summary>False when there is nowhere to deliver to, or nothing to sign with: events wait then, and the shop sells on.</summary>
    public bool IsConfigured => !string.IsNullOrEmpty(Url) && UsableKeys().Any();

    public string? Problem() => this switch
    {
        { Url.Length: > 0 } when !IsAcceptable(Url) =>
            $"{Section}:{nameof(Url)} must be an absolute https address (http only on this machine).",
        { SigningKeys.Count: > SigningKeysMax } => $"{Section}:{nameof(SigningKeys)} holds more than {SigningKeysMax} keys.",
        _ => CheckedOptions.OutOfRange(Section, this),
    };

    public (TimeSpan Work, string Settings)? LongestRun => (
        BacklogDrain.Slice + (Math.Ceiling((double)PageMax / DrainingMax) * TimeSpan.FromSeconds(TimeoutSeconds)),
        $"{Section}:{nameof(TimeoutSeconds)} for a page of {PageMax} events, of which "
        + $"{Section}:{nameof(ConnectionsMax)} lets {DrainingMax} be sent at a time");

    /// <summary>What an operator should know of though the app runs, naming the setting; null when there is nothing.</summary>
    public string? Warning() => this switch
    {
        { Url: null or "" } => $"{Section}:{nameof(Url)} is missing: order events are kept and wait for it",
        { IsConfigured: false } =>
            $"{Section}:{nameof(SigningKeys)} has no key ('whsec_' and 24 to 64 bytes in base64): order events are kept and wait for one",
        _ when UsableKeys().Count() < SigningKeys.Count => $"{Section}:{nameof(SigningKeys)}: only one of the two can sign",
        _ => null,
    };

    /// <summary>Those of the keys that can sign, as bytes.</summary>
    public IEnumerable<byte[]> UsableKeys() => SigningKeys.Select(WebhookSignature.ParseKey).OfType<byte[]>();

    private static bool IsAcceptable(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
}
