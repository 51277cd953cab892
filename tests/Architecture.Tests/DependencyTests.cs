using System.Reflection;
using NetArchTest.Rules;

namespace Architecture.Tests;

/// <summary>Shared is pure; the app stands on it; the platform knows neither, and is known by neither.</summary>
public sealed class DependencyTests
{
    [Fact]
    public void Shared_knows_no_cloud_no_web_no_storage_and_nobody_above_it() => AssertHolds(
        Types.InAssembly(Assemblies.Shared).ShouldNot().HaveDependencyOnAny(
            "Microsoft.Azure", "Microsoft.DurableTask", "Microsoft.AspNetCore", "Microsoft.Extensions", "Azure", "Commerce.Functions",
            "LocalPlatform", "System.Net.Http", "System.Net.Sockets", "System.IO.File", "System.IO.Directory", "System.Threading.Tasks",
                "System.Data").GetResult());

    [Fact]
    public void The_platform_knows_nothing_of_commerce()
    {
        foreach (var part in Assemblies.Platform)
            AssertHolds(Types.InAssembly(part).ShouldNot().HaveDependencyOnAny("Commerce").GetResult());
    }

    [Fact]
    public void Nothing_of_the_app_names_anything_of_the_platforms_own()
    {
        foreach (var assembly in (Assembly[])[Assemblies.Shared, Assemblies.Functions])
        {
            using var module = Assemblies.Read(assembly);
            // The worker's generator writes a call of whatever wakes by itself; in a build for the local host that is the platform.
            var woken = module.GetTypes().Where(static type => type.Name == "WorkerExtensionStartupCodeExecutor")
                .SelectMany(Assemblies.MembersUsedBy).Select(static member => member.DeclaringType.FullName);
            Assemblies.AssertNone(module.GetTypeReferences().Select(static type => type.FullName).Except(woken)
                .Where(static name => name.StartsWith("LocalPlatform", StringComparison.Ordinal)));
        }
    }

    /// <summary>Storage is below Cosmos, Service Bus and Durable, which do not know each other; the host is above all of them.</summary>
    [Theory]
    [InlineData("LocalPlatform.Storage")]
    [InlineData("LocalPlatform.Cosmos", "LocalPlatform.Storage")]
    [InlineData("LocalPlatform.ServiceBus", "LocalPlatform.Storage")]
    [InlineData("LocalPlatform.Durable", "LocalPlatform.Storage")]
    [InlineData("LocalPlatform", "LocalPlatform.Storage", "LocalPlatform.Cosmos", "LocalPlatform.ServiceBus", "LocalPlatform.Durable")]
    public void The_platforms_parts_know_only_what_is_below_them(string part, params string[] below)
    {
        var known = Assemblies.Platform.Single(assembly => assembly.GetName().Name == part)
            .GetReferencedAssemblies().Select(static assembly => assembly.Name!)
                .Where(static name => name.StartsWith("LocalPlatform", StringComparison.Ordinal));
        Assemblies.AssertNone(known.Except(below));
    }

    [Theory]
    [InlineData("src/Commerce.Shared")]
    [InlineData("src/Commerce.Functions")]
    public void One_source_serves_both_hosts(string folder)
    {
        var sources = Assemblies.Sources(folder).ToList();
        Assert.NotEmpty(sources);
        Assemblies.AssertNone(sources.Where(source => source.Text.Contains("LocalPlatform", StringComparison.Ordinal))
            .Select(source => source.Path));
        Assemblies.AssertNone(sources.Where(source => source.Text.Contains("#if", StringComparison.Ordinal)).Select(source => source.Path));
    }

    [Fact]
    public void The_platforms_text_does_not_speak_of_commerce() => Assemblies.AssertNone(
        from part in Assemblies.Platform
        from source in Assemblies.Sources($"src/{part.GetName().Name}")
        where source.Text.Contains("Commerce", StringComparison.Ordinal)
        select source.Path);

    private static void AssertHolds(NetArchTest.Rules.TestResult result) => Assemblies.AssertNone(result.FailingTypeNames ?? []);
}
