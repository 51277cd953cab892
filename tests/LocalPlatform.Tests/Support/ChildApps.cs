using LocalPlatform.Tests.Hosting;
using LocalPlatform.Tests.Workers;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Tests.Support;

/// <summary>Apps that run as child processes; each is what a Program.cs would be.</summary>
internal static class ChildApps
{
    public static async Task FineAsync(string folder) => await RunAsync(TestApp.CreateBuilder([typeof(FineFunctions)], folder, []));

    public static async Task SpreadAsync(string folder)
    {
        var builder = TestApp.CreateBuilder([typeof(SpreadFunctions)], folder, []);
        builder.Services.TryAddSingleton(TimeProvider.System);
        await RunAsync(builder);
    }

    /// <summary>Its functions cannot run here, for two reasons.</summary>
    public static async Task WrongAsync(string folder) => await RunAsync(TestApp.CreateBuilder([typeof(WrongFunctions)], folder, []));

    /// <summary>Throws before there is a host to start.</summary>
    public static Task ThrowingAsync(string folder)
    {
        TestApp.CreateBuilder([typeof(FineFunctions)], folder, []);
        throw new InvalidOperationException("no luck with the program");
    }

    /// <summary>Throws before there is a host to start, and something falls over its end.</summary>
    public static Task ThrowingTwiceAsync(string folder)
    {
        AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
        {
            var late = new Thread(static () => throw new InvalidOperationException("fell over the end"));
            late.Start();
            // Whoever ends while the process does stays there until it is over.
            late.Join(TimeSpan.FromSeconds(1));
        };
        return ThrowingAsync(folder);
    }

    /// <summary>Throws while it starts.</summary>
    public static async Task ThrowingServiceAsync(string folder)
    {
        var builder = TestApp.CreateBuilder([typeof(FineFunctions)], folder, []);
        builder.Services.AddHostedService<Unlucky>();
        await RunAsync(builder);
    }

    /// <summary>Finds two of its options wrong.</summary>
    public static async Task InvalidAsync(string folder)
    {
        var builder = TestApp.CreateBuilder([typeof(FineFunctions)], folder, []);
        builder.Services.AddOptions<Wishes>().Validate(_ => false, "wrong first").Validate(_ => false, "wrong second").ValidateOnStart();
        await RunAsync(builder);
    }

    private static Task RunAsync(FunctionsApplicationBuilder builder) => builder.Build().RunAsync();

    private sealed class Wishes;

    private sealed class Unlucky : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no luck with the service");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
