using Commerce.Functions.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Ops;

internal static class OpsServices
{
    public static IServiceCollection AddOps(this IServiceCollection services) => services.AddSingleton<Audit>();
}

public sealed class AuditFunction(Audit audit)
{
    [Function("Audit")]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Admin, "get", Route = "ops/audit")] HttpRequest request) =>
        Answers.Ok(await audit.RunAsync(request.HttpContext.RequestAborted), AuditJson.Wire.AuditReport);
}
