using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Commerce.Functions.Cosmos;

/// <summary>
/// Makes the client when the app starts, so that a wrong setting stops it there and not a buyer later; and creates the containers, if
/// the app is to, before anything that is hosted begins to use them.
/// </summary>
internal sealed class DatabaseStart(CommerceDatabase database, IConfiguration configuration) : IHostedLifecycleService
{
    /// <summary>True creates what is missing. For local work only: in Azure the deployment does it, and the app has no right to.</summary>
    private const string CreateContainersSetting = "Commerce:CreateContainers";

    public Task StartingAsync(CancellationToken cancellationToken) => configuration.GetValue<bool>(CreateContainersSetting)
        ? database.CreateIfMissingAsync(cancellationToken)
        : Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
