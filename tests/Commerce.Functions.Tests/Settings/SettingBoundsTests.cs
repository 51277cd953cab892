using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Commerce.Functions.Settings;

namespace Commerce.Functions.Tests.Settings;

/// <summary>Each setting is taken up to its bounds, and not beyond.</summary>
public sealed class SettingBoundsTests
{
    private static readonly Dictionary<string, Type> Sections = typeof(ICheckedOptions).Assembly.GetTypes()
        .Where(static type => type.IsClass && type.IsAssignableTo(typeof(ICheckedOptions)))
        .ToDictionary(static type => (string)type.GetField("Section")!.GetValue(null)!);

    /// <summary>The least and the most, and a step beyond them.</summary>
    public static TheoryData<string, double, double, double> Bounds => new()
    {
        { "Audit:RequestUnitsPerSecond", 10, 1_000_000, 1 },
        { "DataPlatform:ConnectionsMax", 25, 1_000, 1 },
        { "DataPlatform:DrainPerSecond", 1, 10_000, 1 },
        { "DataPlatform:LostAfterSeconds", 1, 86_400, 0.01 },
        { "DataPlatform:ProbeSecondsMax", 1, 3_600, 0.01 },
        { "DataPlatform:TimeoutSeconds", 0.1, 100, 0.01 },
        { "Orders:HistoryDays", 0.01, 3_650, 0.001 },
        { "Orders:InFlightMax", 1, 1_000_000, 1 },
        { "Orders:InFlightPerProductMax", 1, 1_000_000, 1 },
        { "Orders:SweepAfterSeconds", 1, 86_400, 0.01 },
        { "Orders:WaitSeconds", 0, 60, 0.01 },
        { "Ranking:RefreshSeconds", 0.1, 600, 0.01 },
        { "Ranking:SliceSeconds", 1, 240, 0.01 },
        { "RateLimits:FailedSignInsPerMinute", 1, 10_000_000, 1 },
        { "RateLimits:ForwardedHops", 0, 10, 1 },
        { "RateLimits:OrdersPerMinute", 1, 10_000_000, 1 },
        { "RateLimits:ReadsPerMinute", 1, 10_000_000, 1 },
        { "RateLimits:UnsignedReadsPerMinute", 1, 10_000_000, 1 },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void A_setting_is_taken_up_to_its_bounds_and_refused_beyond(string setting, double least, double most, double step)
    {
        Assert.Null(Problem(setting, least));
        Assert.Null(Problem(setting, most));
        Assert.StartsWith($"{setting} must be ", Problem(setting, least - step), StringComparison.Ordinal);
        Assert.StartsWith($"{setting} must be ", Problem(setting, most + step), StringComparison.Ordinal);
    }

    [Fact]
    public void No_setting_that_has_bounds_is_left_out() => Assert.Equal(
        Sections.SelectMany(static section => section.Value.GetProperties()
            .Where(static property => property.GetCustomAttribute<RangeAttribute>() is not null)
            .Select(property => $"{section.Key}:{property.Name}")).Order(StringComparer.Ordinal),
        Bounds.Select(static bound => bound.Data.Item1));

    /// <summary>What is wrong when one setting has that value. How settings go together is not looked at.</summary>
    private static string? Problem(string setting, double value)
    {
        var (section, name) = setting.Split(':') is [var before, var after] ? (before, after) : default;
        var options = (ICheckedOptions)Activator.CreateInstance(Sections[section])!;
        var property = options.GetType().GetProperty(name)!;
        property.SetValue(options, Convert.ChangeType(value, property.PropertyType, CultureInfo.InvariantCulture));
        return CheckedOptions.OutOfRange(section, options);
    }
}
