using NetArchTest.Rules;

namespace Architecture.Tests;

/// <summary>Shared is pure; the app stands on it; the platform knows neither, and is known by neither.</summary>
public sealed class DependencyTests
{
    [Fact]
    public void Shared_knows_no_cloud_no_web_no_storage_and_nobody_above_it() => AssertHolds(
        Types.InAssembly(Assemblies.Shared).ShouldNot().HaveDependencyOnAny(
            "Microsoft.Azure", "Microsoft.DurableTask", "Microsoft.AspNetCore", "Microsoft.Extensions", "Azure", "Commerce.Functions",
            "LocalPlatform", "System.Net.Http", "System.Net.Sockets", "System.IO.File", "System.IO.Directory", "System.Threading.Tasks", "System.Data").GetResult());

    [Fact]
    public void The_platform_knows_nothing_of_commerce() => AssertHolds(
        Types.InAssembly(Assemblies.Platform).ShouldNot().HaveDependencyOnAny("Commerce").GetResult());

    [Fact]
    public void The_app_names_nothing_of_the_platforms_own()
    {
        using var module = Assemblies.Read(Assemblies.Functions);
        Assemblies.AssertNone(module.GetTypeReferences().Select(type => type.FullName).Where(name => name.StartsWith("LocalPlatform", StringComparison.Ordinal)));
        Assert.DoesNotContain(Assemblies.Shared.GetReferencedAssemblies(), assembly => assembly.Name == "LocalPlatform");
    }

    [Theory]
    [InlineData("src/Commerce.Shared")]
    [InlineData("src/Commerce.Functions")]
    public void One_source_serves_both_hosts(string folder)
    {
        var sources = Assemblies.Sources(folder).ToList();
        Assert.NotEmpty(sources);
        Assemblies.AssertNone(sources.Where(source => source.Text.Contains("LocalPlatform", StringComparison.Ordinal)).Select(source => source.Path));
        Assemblies.AssertNone(sources.Where(source => source.Text.Contains("#if", StringComparison.Ordinal)).Select(source => source.Path));
    }

    [Fact]
    public void The_platforms_text_does_not_speak_of_commerce() => Assemblies.AssertNone(
        Assemblies.Sources("src/LocalPlatform").Where(source => source.Text.Contains("Commerce", StringComparison.Ordinal)).Select(source => source.Path));

    private static void AssertHolds(NetArchTest.Rules.TestResult result) => Assemblies.AssertNone(result.FailingTypeNames ?? []);
}
