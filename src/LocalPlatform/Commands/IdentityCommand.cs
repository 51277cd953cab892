using LocalPlatform.Identity;
using LocalPlatform.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Commands;

/// <summary>The local issuer as a process of its own, for an app that runs under the genuine host.</summary>
internal static class IdentityCommand
{
    public const string Usage = "identity [--port 7073] [--audience commerce] [--data .local/identity]";

    public static async Task<int> RunAsync(CommandArguments arguments)
    {
        var port = arguments.Port(7073);
        using var data = DataDirectory.Acquire(arguments.Last("data") ?? Path.Combine(".local", "identity"));
        using var key = IdentityKey.LoadOrCreate(data.File(IdentityServices.KeyFile));
        var address = $"http://127.0.0.1:{port}{TokenIssuer.Path}";
        var issuer = new TokenIssuer(address, arguments.Last("audience") ?? "commerce", key, TimeProvider.System);

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // Any name can be made to lead to this machine, and a page of that name would get tokens.
        builder.Services.AddHostFiltering(hosts => hosts.AllowedHosts = ["localhost", "127.0.0.1"]);
        await using var app = builder.Build();
        app.UseHostFiltering();
        new IdentityRoutes(issuer, TimeProvider.System, page => page.IsLoopback).Map(app);
        await app.StartAsync();
        Console.WriteLine($"Issuer on {address}, data in {data.Path}");
        await app.WaitForShutdownAsync();
        return 0;
    }
}
