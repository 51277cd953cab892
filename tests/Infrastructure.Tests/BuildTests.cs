namespace Infrastructure.Tests;

/// <summary>
/// What a build puts beside the app: packages come precompiled and once for all, what is compiled here as it was just compiled.
/// </summary>
public sealed class BuildTests
{
    private static readonly DirectoryInfo App = new FileInfo(Metadata.AppPath).Directory!;

    [Theory]
    [InlineData("Commerce.Shared")]
    [InlineData("LocalPlatform")]
    [InlineData("LocalPlatform.Cosmos")]
    [InlineData("LocalPlatform.Durable")]
    [InlineData("LocalPlatform.ServiceBus")]
    [InlineData("LocalPlatform.Storage")]
    public void What_runs_is_what_was_compiled(string project)
    {
        var compiled = Metadata.PathOf($"src/{project}/bin/{App.Parent!.Name}/{App.Name}/{project}.dll");
        Assert.Equal(File.ReadAllBytes(compiled), File.ReadAllBytes(Path.Combine(App.FullName, $"{project}.dll")));
    }

    [Fact]
    public async Task Other_packages_are_compiled_anew()
    {
        var folders = await Task.WhenAll(PrecompiledFolderAsync("^Azure"), PrecompiledFolderAsync("^Microsoft"));
        Assert.All(folders, folder => Assert.Contains("precompiled", folder, StringComparison.Ordinal));
        Assert.NotEqual(folders[0], folders[1]);
    }

    /// <summary>Where the packages go that are left when these are left as they came.</summary>
    private static Task<string> PrecompiledFolderAsync(string leftAsTheyCame) => AppProject.EvaluateAsync([
        "-t:ResolveReferences;FindPackagesToPrecompile", "-p:BuildProjectReferences=false", $"-p:Configuration={App.Parent!.Name}",
        $"-p:LeftAsTheyCame={leftAsTheyCame}", "-getProperty:PrecompiledFolder"]);
}
