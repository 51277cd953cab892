namespace LocalPlatform.Webhooks;

/// <summary>How a mock receiver misbehaves. All switches off is a receiver that works.</summary>
public sealed record WebhookBehaviour
{
    /// <summary>Deliveries that still fail, with <see cref="FailStatus"/> or 503.</summary>
    public int FailNext { get; init; }

    /// <summary>The status of failing deliveries, 300 to 599. Without <see cref="FailNext"/> all deliveries fail with it.</summary>
    public int? FailStatus { get; init; }

    /// <summary>Sent as <c>Retry-After</c> with a failure, in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Never answers; the sender has to give up.</summary>
    public bool Hang { get; init; }

    /// <summary>Milliseconds before a delivery is looked at, up to ten minutes.</summary>
    public int SlowMs { get; init; }

    /// <summary>Cuts the connection without an answer.</summary>
    public bool ResetConnection { get; init; }

    /// <summary>Finds every signature wrong.</summary>
    public bool RejectSignatures { get; init; }

    /// <summary>Records a delivery before it fails, hangs or is cut: the sender repeats what has arrived.</summary>
    public bool AfterRecording { get; init; }

    /// <summary>What is wrong with the values, or null.</summary>
    public string? Problem() => this switch
    {
        { FailNext: < 0 } => "failNext is a count of deliveries, 0 or more.",
        { FailStatus: < 300 or > 599 } => "failStatus is an HTTP status from 300 to 599.",
        { RetryAfterSeconds: < 0 } => "retryAfterSeconds is 0 or more.",
        { SlowMs: < 0 or > 600_000 } => "slowMs is a time from 0 to 600000.",
        _ => null,
    };
}
