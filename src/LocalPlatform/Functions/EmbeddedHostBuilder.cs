using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Functions;

/// <summary>Puts the platform around a function app: settings, functions, HTTP, triggers, and the emulated services.</summary>
internal sealed class EmbeddedHostBuilder
{
    private readonly FunctionSource _source;

    public EmbeddedHostBuilder(string[] args, FunctionSource source)
    {
        _source = source;
        Web = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = source.ContentRoot });
    }

    public WebApplicationBuilder Web { get; }

    public List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> Middleware { get; } = [];

    /// <summary>Builds the app; a start-up problem is printed as one line and ends the process with exit code 1.</summary>
    public IHost BuildOrExit() => Build();

    public WebApplication Build()
    {
        if (_source.Types.Count == 0)
            throw new InvalidOperationException("The app has no public classes to look for functions in.");
        return Web.Build();
    }
}
