using System.Globalization;
using Commerce.Compare;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Contract;

/// <summary>
/// The tool that holds a host against another one, such as this against the genuine host: it tells a difference, and none where there is
/// none.
/// </summary>
public sealed class HostComparisonTests
{
    private const int CallsMin = 130;

    [Fact]
    public async Task Hosts_that_are_alike_answer_alike() => Assert.Equal((0, true), await CompareAsync());

    [Fact]
    public async Task A_host_that_differs_is_told_with_the_call_and_both_answers()
    {
        var (differing, _) = await CompareAsync(("Orders:WaitSeconds", "0"));
        Assert.InRange(differing, 1, 10);
    }

    private static async Task<(int Differing, bool EnoughCalls)> CompareAsync(params (string Name, string Value)[] otherSettings)
    {
        using var folder = new TemporaryFolder();
        using var otherFolder = new TemporaryFolder();
        await using var one = await ShopProcess.StartAsync(folder.Path);
        await using var other = await ShopProcess.StartAsync(otherFolder.Path, otherSettings);
        using var output = new StringWriter(CultureInfo.InvariantCulture);

        var differing = await new Comparison(one.Address, other.Address, functionKey: null)
            .RunAsync(output, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper!.WriteLine(output.ToString());
        var summary = output.ToString().TrimEnd().Split('\n')[^1];
        return (differing, int.Parse(summary.Split(' ')[0], CultureInfo.InvariantCulture) >= CallsMin);
    }
}
