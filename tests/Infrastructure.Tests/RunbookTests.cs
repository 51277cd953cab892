using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Commerce.Functions.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Infrastructure.Tests;

/// <summary>Steps of docs/operations.md as far as they can be followed without a subscription.</summary>
public partial class RunbookTests
{
    private static readonly string Text = Metadata.Read("docs/operations.md");
    private static readonly string[] Blocks = [.. Fences().Matches(Text).Select(match => match.Groups[1].Value)];

    /// <summary>Lines of blocks, and the code between words.</summary>
    private static readonly string Commands = string.Join('\n', [.. Blocks, .. Spans().Matches(Fences().Replace(Text, "")).Select(match => match.Groups[1].Value)]);

    [Fact]
    public async Task Each_block_is_a_script_that_a_shell_can_read()
    {
        Assert.True(Blocks.Length > 3);
        foreach (var block in Blocks)
        {
            var start = new ProcessStartInfo("bash", ["-n"]) { RedirectStandardInput = true, RedirectStandardError = true };
            using var shell = Process.Start(start)!;
            await shell.StandardInput.WriteAsync(block);
            shell.StandardInput.Close();
            Assert.Equal("", await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Each_variable_is_an_output_of_the_deployment_or_set_in_a_step_before()
    {
        var outputs = Regex.Matches(Metadata.Read("infra/bicep/main.bicep"), @"^output (\w+) ", RegexOptions.Multiline).Select(match => match.Groups[1].Value);
        var set = Regex.Matches(Commands, @"^\s*([A-Z_]+)=", RegexOptions.Multiline).Select(match => match.Groups[1].Value);
        var used = Regex.Matches(Commands, @"\$\{?([A-Z][A-Z_]+)").Select(match => match.Groups[1].Value).Distinct();

        Assert.Empty(used.Except(outputs).Except(set));
    }

    [Fact]
    public void Each_variable_that_is_set_in_azd_is_read()
    {
        var read = Metadata.Read("infra/bicep/main.bicepparam");
        var set = Regex.Matches(Text, @"azd env set (\w+)").Select(match => match.Groups[1].Value).Distinct().ToList();
        var described = Regex.Match(Text, @"\| variable of the azd environment \|.*?\n\n", RegexOptions.Singleline).Value;

        Assert.NotEmpty(set);
        Assert.All(set, name => Assert.Contains($"'{name}'", read, StringComparison.Ordinal));
        var all = Regex.Matches(read, @"readEnvironmentVariable\('(\w+)'").Select(match => match.Groups[1].Value).Except(["AZURE_ENV_NAME", "AZURE_LOCATION"]);
        Assert.All(all, name => Assert.Contains($"`{name}`", described, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_call_of_the_operators_is_one_that_the_app_answers()
    {
        var routes = typeof(CommerceDatabase).Assembly.GetTypes().SelectMany(type => type.GetMethods()).SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).OfType<HttpTriggerAttribute>()
            .SelectMany(trigger => (trigger.Methods ?? []).Select(method => $"{method.ToUpperInvariant()} {trigger.Route}")).ToHashSet();
        var calls = Regex.Matches(Commands, @"\bops (GET|POST) ([\w/{}]+)").Select(match => $"{match.Groups[1].Value} ops/{match.Groups[2].Value}").Distinct().ToList();

        Assert.True(calls.Count > 5);
        Assert.All(calls, call => Assert.Contains(call, routes));
    }

    [Fact]
    public void Each_file_that_a_step_runs_or_changes_is_there() =>
        Assert.All(Regex.Matches(Commands, @"(?<![\w/])(\.ci/\w+|infra/build|host\.[a-z.]*json)\b").Select(match => match.Value), file => Assert.True(File.Exists(Path.Combine(Metadata.Root, file)), file));

    /// <summary>The command of the restore, run on copies: both files have the new hub, and nothing else has changed.</summary>
    [Fact]
    public async Task The_new_hub_is_written_into_both_files()
    {
        using var folder = new TestFolder();
        folder.With("host.json", Metadata.Read("host.json")).With("host.scheduler.json", Metadata.Read("host.scheduler.json"));
        var command = Assert.Single(Regex.Matches(Commands, "^sed -i .*$", RegexOptions.Multiline)).Value;

        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder.Path })!;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.All(["host.json", "host.scheduler.json"], file => Assert.Equal(
            Metadata.Read(file).Replace("\"hubName\": \"commerce\"", "\"hubName\": \"commerce2\"", StringComparison.Ordinal), File.ReadAllText(folder.File(file))));
    }

    [GeneratedRegex(@"^ *```bash\n(.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Spans();
}
