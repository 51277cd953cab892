using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Tests.Support;

/// <summary>Apps out of the function classes of this test program.</summary>
internal static class TestApp
{
    public static readonly string[] AnyPort = ["--urls", "http://127.0.0.1:0"];

    /// <summary>The builder of an app of some of the classes, with its settings files and its data in a folder.</summary>
    /// <param name="types">The classes.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="args">The command line.</param>
    /// <param name="beforeHttp">What the app does before it turns to HTTP.</param>
    public static FunctionsApplicationBuilder CreateBuilder(
        Type[] types, string folder, string[] args, Action<FunctionsApplicationBuilder>? beforeHttp = null)
    {
        var builder = FunctionsApplication.CreateBuilder(
            ["--AzureWebJobsScriptRoot", folder, "--LocalPlatform:DataPath", Path.Combine(folder, "data"), .. args]);
        beforeHttp?.Invoke(builder);
        builder.ConfigureFunctionsWebApplication();
        builder.Services.AddSingleton<IFunctionMetadataProvider>(new Selection(types));
        return builder;
    }

    /// <summary>Of all the functions that the worker's generator found in this program, those of some classes.</summary>
    private sealed class Selection(Type[] types) : IFunctionMetadataProvider
    {
        private readonly HashSet<string> _classes = [.. types.Select(type => type.FullName!)];

        public async Task<ImmutableArray<IFunctionMetadata>> GetFunctionMetadataAsync(string directory)
        {
            var all = await new GeneratedFunctionMetadataProvider().GetFunctionMetadataAsync(directory);
            return [.. all.Where(function => _classes.Contains(function.EntryPoint![..function.EntryPoint!.LastIndexOf('.')]))];
        }
    }
}
