using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Commerce.Functions.Health;
using Microsoft.Azure.Functions.Worker;

namespace Infrastructure.Tests;

/// <summary>
/// What is published for Azure, where <c>COMMERCE_PACKAGE</c> names the folder that it was published to, with
/// <c>ServiceBusExtension=shim</c>: not every registry has the genuine extension. CI always publishes.
/// </summary>
public sealed partial class PackageTests
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("COMMERCE_PACKAGE");

    public PackageTests() => Assert.SkipWhen(
        Folder is null && Environment.GetEnvironmentVariable("CI") != "true", "COMMERCE_PACKAGE names no published folder.");

    [Theory]
    [InlineData("host.json")]
    [InlineData("functions.metadata")]
    [InlineData("extensions.json")]
    [InlineData("worker.config.json")]
    [InlineData("Commerce.Functions.dll")]
    [InlineData("Commerce.Shared.dll")]
    [InlineData("Microsoft.Azure.Functions.Worker.dll")]
    [InlineData(".azurefunctions/Microsoft.Azure.WebJobs.Extensions.DurableTask.dll")]
    [InlineData(".azurefunctions/Microsoft.Azure.WebJobs.Extensions.FunctionMetadataLoader.dll")]
    public void It_has_what_the_host_looks_for(string file) => Assert.True(File.Exists(Path.Combine(Folder!, file)), file);

    [Fact]
    public void It_has_nothing_of_the_local_run()
    {
        var found = Directory.EnumerateFileSystemEntries(Folder!, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Folder!, path))
            .Where(path => LocalOnly().IsMatch(path));
        Assert.Empty(found);
        Assert.DoesNotContain("LocalPlatform", File.ReadAllText(Path.Combine(Folder!, "Commerce.Functions.deps.json")),
            StringComparison.Ordinal);
        Assert.DoesNotContain(ReferencesOfApp(), name => name.StartsWith("LocalPlatform", StringComparison.Ordinal));
    }

    /// <summary>The scale controller reads this file; what Durable keeps its state in is in it.</summary>
    [Fact]
    public void Its_host_json_is_that_of_its_backend() =>
        Assert.Equal(Metadata.Read("host.json"), File.ReadAllText(Path.Combine(Folder!, "host.json")));

    /// <summary>By it an app that is published refuses an issuer on its own machine.</summary>
    [Fact]
    public void It_knows_that_it_is_published()
    {
        using var config = Read("Commerce.Functions.runtimeconfig.json");
        Assert.True(config.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties").GetProperty("Commerce.IsPublished")
            .GetBoolean());
    }

    [Fact]
    public void The_host_starts_this_worker()
    {
        using var config = Read("worker.config.json");
        var description = config.RootElement.GetProperty("description");
        Assert.Equal("dotnet-isolated", description.GetProperty("language").GetString());
        Assert.Contains("Commerce.Functions.dll", description.GetProperty("defaultWorkerPath").GetString(), StringComparison.Ordinal);
        Assert.Equal("true", description.GetProperty("workerIndexing").ToString(), ignoreCase: true);
    }

    [Fact]
    public void Each_function_of_the_app_is_in_the_metadata_with_its_trigger()
    {
        using var metadata = Read("functions.metadata");
        var functions = metadata.RootElement.EnumerateArray().ToList();
        Assert.Equal(NamesOfFunctions().Order(StringComparer.Ordinal),
            functions.Select(f => f.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(functions, function => Assert.Single(
            function.GetProperty("bindings").EnumerateArray(),
            binding => binding.GetProperty("type").GetString()!.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void The_app_is_compiled_for_the_machines_of_the_plan()
    {
        using var image = Open("Commerce.Functions.dll");
        Assert.True(image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0, "There is no precompiled code in it.");
        // Linux on x64: the compiler marks the machine with the system's number.
        Assert.Equal(0x8664 ^ 0x7B79, (int)image.PEHeaders.CoffHeader.Machine);
    }

    [Fact]
    public void Of_the_extensions_only_Service_Bus_is_missing_because_the_shim_brings_none()
    {
        using var extensions = Read("extensions.json");
        var names = extensions.RootElement.GetProperty("extensions").EnumerateArray().Select(e => e.GetProperty("name").GetString())
            .ToList();
        Assert.Contains("DurableTask", names);
        Assert.DoesNotContain("ServiceBus", names);
    }

    private static JsonDocument Read(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder!, file)));

    private static IEnumerable<string> NamesOfFunctions() => typeof(HealthFunctions).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name)
        .OfType<string>();

    private static IEnumerable<string> ReferencesOfApp()
    {
        using var image = Open("Commerce.Functions.dll");
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    private static PEReader Open(string file) => new(File.OpenRead(Path.Combine(Folder!, file)));

    [GeneratedRegex("LocalPlatform|^samples|localplatform|e_sqlite3|(^|/)local\\.settings\\.json$", RegexOptions.CultureInvariant)]
    private static partial Regex LocalOnly();
}
