using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Infrastructure.Tests;

/// <summary>Steps of docs/operations.md as far as they can be followed without a subscription.</summary>
public partial class RunbookTests
{
    private static readonly string Text = Metadata.Read("docs/operations.md");
    private static readonly string[] Blocks = [.. Fences().Matches(Text).Select(match => match.Groups[1].Value)];

    /// <summary>Lines of blocks, and the code between words.</summary>
    private static readonly string Commands = string.Join('\n', [.. Blocks, .. Fences().Replace(Text, "").All("`([^`\n]+)`")]);

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
        var outputs = Metadata.Read("infra/bicep/main.bicep").All(@"^output (\w+) ");
        var set = Commands.All(@"^\s*([A-Z_]+)=");
        var used = Commands.All(@"\$\{?([A-Z][A-Z_]+)").Distinct();

        Assert.Empty(used.Except(outputs).Except(set));
    }

    [Fact]
    public void Each_variable_that_is_set_in_azd_is_read()
    {
        var read = Metadata.DeploymentVariables();
        var set = Text.All(@"azd env set (\w+)").Distinct().ToList();
        var described = Regex.Match(Text, @"\| variable of the azd environment \|.*?\n\n", RegexOptions.Singleline).Value;

        Assert.NotEmpty(set);
        Assert.Empty(set.Except(read));
        Assert.All(
            read.Except(["AZURE_ENV_NAME", "AZURE_LOCATION"]),
            name => Assert.Contains($"`{name}`", described, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_call_of_the_operators_is_one_that_the_app_answers()
    {
        var calls = Regex.Matches(Commands, @"\bops (GET|POST) ([\w/{}]+)")
            .Select(match => $"{match.Groups[1].Value} api/ops/{match.Groups[2].Value}").Distinct().ToList();

        Assert.True(calls.Count > 5);
        Assert.Empty(calls.Except(Metadata.Routes()));
    }

    [Fact]
    public void Each_file_that_a_step_runs_or_changes_is_there() =>
        Assert.All(
            Commands.All(@"(?<![\w/])(\.ci/\w+|infra/build|host\.[a-z.]*json)\b"),
            file => Assert.True(File.Exists(Metadata.PathOf(file)), file));

    /// <summary>The command of the restore, run on copies: both files have the new hub, and nothing else has changed.</summary>
    [Fact]
    public async Task The_new_hub_is_written_into_both_files()
    {
        using var folder = new TestFolder();
        folder.With("host.json", Metadata.Read("host.json")).With("host.scheduler.json", Metadata.Read("host.scheduler.json"));
        var command = Assert.Single(Regex.Matches(Commands, "^sed -i .*$", RegexOptions.Multiline)).Value;

        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder.Path })!;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        foreach (var file in new[] { "host.json", "host.scheduler.json" })
        {
            var wanted = Metadata.Read(file).Replace("\"hubName\": \"commerce\"", "\"hubName\": \"commerce2\"", StringComparison.Ordinal);
            Assert.Equal(wanted, File.ReadAllText(folder.File(file)));
        }
    }

    [GeneratedRegex(@"^ *```bash\n(.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();
}
