using System.Globalization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>How often the host repeats a failed run before it gives the event up.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RetryAttribute : Attribute
{
    /// <summary>Repeats after the first run; -1 for no limit.</summary>
    public int MaxRetryCount { get; set; }

    private protected static TimeSpan ParseInterval(string interval, string parameter)
    {
        if (!TimeSpan.TryParse(interval, CultureInfo.InvariantCulture, out var parsed) || parsed < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(parameter, interval, "A retry interval is a time of the form HH:mm:ss, not negative.");
        return parsed;
    }
}

/// <summary>Repeats a failed run after a fixed pause.</summary>
public class FixedDelayRetryAttribute : RetryAttribute
{
    /// <param name="maxRetryCount">Repeats after the first run; -1 for no limit.</param>
    /// <param name="delayInterval">The pause, HH:mm:ss.</param>
    public FixedDelayRetryAttribute(int maxRetryCount, string delayInterval)
    {
        ParseInterval(delayInterval, nameof(delayInterval));
        MaxRetryCount = maxRetryCount;
        DelayInterval = delayInterval;
    }

    /// <summary>The pause, HH:mm:ss.</summary>
    public string DelayInterval { get; }
}

/// <summary>Repeats a failed run after a pause that doubles each time.</summary>
public class ExponentialBackoffRetryAttribute : RetryAttribute
{
    /// <param name="maxRetryCount">Repeats after the first run; -1 for no limit.</param>
    /// <param name="minimumInterval">The first pause, HH:mm:ss.</param>
    /// <param name="maximumInterval">The longest pause, HH:mm:ss.</param>
    public ExponentialBackoffRetryAttribute(int maxRetryCount, string minimumInterval, string maximumInterval)
    {
        if (ParseInterval(minimumInterval, nameof(minimumInterval)) > ParseInterval(maximumInterval, nameof(maximumInterval)))
            throw new ArgumentException("The minimum interval is longer than the maximum interval.", nameof(minimumInterval));
        MaxRetryCount = maxRetryCount;
        MinimumInterval = minimumInterval;
        MaximumInterval = maximumInterval;
    }

    /// <summary>The first pause, HH:mm:ss.</summary>
    public string MinimumInterval { get; }

    /// <summary>The longest pause, HH:mm:ss.</summary>
    public string MaximumInterval { get; }
}
