using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;

namespace LocalPlatform.Tests.Workers;

/// <summary>Functions of each group, which say in which process they run: over HTTP, or by a file in the app's folder.</summary>
public sealed class SpreadFunctions(IConfiguration configuration, TimeProvider time)
{
    private static readonly string Me = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    [Function("Echo")]
    public static async Task<IResult> Echo([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "echo/{name}")] HttpRequest request,
        string name)
    {
        using var body = new StreamReader(request.Body);
        request.HttpContext.Response.Headers["x-said"] = request.Headers["x-say"];
        return Results.Text($"{name} {request.Query["q"]} {await body.ReadToEndAsync()}", statusCode: 201);
    }

    [Function("Who")]
    public static IResult Who([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "who")] HttpRequest request) => Results.Text(Me);

    [Function("Clock")]
    public IResult Clock([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "clock")] HttpRequest request) =>
        Results.Text((time.GetUtcNow() - DateTimeOffset.UtcNow).TotalSeconds.ToString(CultureInfo.InvariantCulture));

    [Function("Collapse")]
    public static IResult Collapse([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "collapse")] HttpRequest request) =>
        throw new InvalidOperationException($"collapsed at {request.Path}");

    [Function("Hang")]
    public async Task<IResult> Hang([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hang")] HttpRequest request)
    {
        await NoteAsync("hanging");
        await Task.Delay(Timeout.Infinite);
        return Results.Ok();
    }

    [Function("Begin")]
    public static async Task<IResult> Begin(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "begin")] HttpRequest request, [DurableClient] DurableTaskClient client)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Work");
        return Results.Text((await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true)).ReadOutputAs<string>()!);
    }

    [Function("Work")]
    public static Task<string> Work([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<string>("Step");

    /// <summary>Does not come to an end until its process is another one than the first.</summary>
    [Function("Step")]
    public async Task<string> Step([ActivityTrigger] string? nothing)
    {
        if (!File.Exists(FileOf("first-step")))
        {
            await NoteAsync("first-step");
            await Task.Delay(Timeout.Infinite);
        }
        return Me + nothing;
    }

    [Function("Heard")]
    [ServiceBusOutput("spread-passed")]
    public async Task<string> Heard([ServiceBusTrigger("spread")] string message)
    {
        if (!File.Exists(FileOf("heard")))
        {
            await NoteAsync("heard");
            await Task.Delay(Timeout.Infinite);
        }
        return $"{Me} {message}";
    }

    [Function("Ticked")]
    public Task Ticked([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => NoteAsync("ticked");

    private string FileOf(string name) => Path.Combine(configuration["AzureWebJobsScriptRoot"]!, name);

    private async Task NoteAsync(string name)
    {
        // Seen whole, or not at all.
        await File.WriteAllTextAsync(FileOf($"{name}.new"), Me);
        File.Move(FileOf($"{name}.new"), FileOf(name), overwrite: true);
    }
}
