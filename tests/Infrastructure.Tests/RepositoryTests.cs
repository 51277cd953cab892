using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Infrastructure.Tests;

/// <summary>azd's file and the development container: what they name exists and agrees with the rest.</summary>
public class RepositoryTests
{
    /// <summary>azd runs the hook in the shell that it names; what it calls is a stand-in here that says what it was asked.</summary>
    [Fact]
    public async Task After_azd_down_another_name_is_kept_for_the_vault()
    {
        var file = YamlFile.Read("azure.yaml");
        using var folder = new TestFolder();
        folder.With("azd", "#!/bin/sh\necho \"$@\"\n");
        File.SetUnixFileMode(folder.File("azd"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var hook = (Shell: file.Text("hooks/postdown/posix/shell"), Run: file.Text("hooks/postdown/posix/run"));
        var start = new ProcessStartInfo(hook.Shell, ["-c", hook.Run]) { RedirectStandardOutput = true };
        start.Environment["PATH"] = folder.Path + ":" + Environment.GetEnvironmentVariable("PATH");

        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Matches(@"^env set COMMERCE_VAULT_STAMP \d{10}\n$", said);
        Assert.Contains("COMMERCE_VAULT_STAMP", Metadata.DeploymentVariables());
        Assert.True(Directory.Exists(Metadata.PathOf(file.Text("services/api/project"))));
        Assert.True(File.Exists(Metadata.PathOf($"{file.Text("infra/path")}/{file.Text("infra/module")}.bicep")));
    }

    [Fact]
    public void The_container_has_what_the_local_settings_speak_of()
    {
        var container = JsonNode.Parse(Metadata.Read(".devcontainer/devcontainer.json"))!;
        var compose = YamlFile.Read(".devcontainer/compose.yml");
        var services = compose.Map("services").Keys;

        Assert.True(File.Exists(Metadata.PathOf($".devcontainer/{container.Text("dockerComposeFile")}")));
        Assert.Contains(container.Text("service"), services);
        Assert.Contains("azure-functions-core-tools@4", container.Text("postCreateCommand"), StringComparison.Ordinal);
        Assert.Equal(["azurite", "cosmos", "dev", "servicebus", "sql"], services.Order());
        // All on the container's own loopback, where the settings look for them.
        Assert.All(services.Except(["dev"]), name => Assert.Equal("service:dev", compose.Text($"services/{name}/network_mode")));
        var azurite = JsonNode.Parse(Metadata.Read("package.json"))!.Text("devDependencies/azurite");
        Assert.EndsWith(":" + azurite, compose.Text("services/azurite/image"), StringComparison.Ordinal);
        Assert.Equal(
            compose.Text("services/sql/environment/MSSQL_SA_PASSWORD"), compose.Text("services/servicebus/environment/MSSQL_SA_PASSWORD"));
        Assert.Contains("./servicebus.config.json:", compose.List("services/servicebus/volumes").Single().Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_emulators_queue_is_that_of_the_templates()
    {
        var emulated = JsonNode.Parse(Metadata.Read(".devcontainer/servicebus.config.json"))!.At("UserConfig/Namespaces/0/Queues/0");
        var deployed = (await Deployment.DevAsync()).The("Microsoft.ServiceBus/namespaces/queues");
        string[] same = ["lockDuration", "maxDeliveryCount", "deadLetteringOnMessageExpiration"];

        Assert.EndsWith("/" + emulated.Text("Name"), deployed.Text("name"), StringComparison.Ordinal);
        Assert.All(same, name => Assert.Equal(
            deployed.At($"properties/{name}").ToJsonString(),
            emulated.At($"Properties/{char.ToUpperInvariant(name[0])}{name[1..]}").ToJsonString()));
        Assert.False(emulated.Flag("Properties/RequiresDuplicateDetection"));
    }

    [Fact]
    public void What_azd_and_emulators_leave_behind_stays_out_of_the_repository() =>
        Assert.Empty(new[] { ".azure/", ".azurite/", ".local/", "local.settings.json" }.Except(Metadata.Read(".gitignore").Split('\n')));
}
