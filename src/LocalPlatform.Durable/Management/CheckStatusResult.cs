using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LocalPlatform.Durable.Management;

/// <summary>202 with the links by which a started orchestration can be followed and managed.</summary>
internal sealed class CheckStatusResult(string instanceId) : IResult
{
    private const string Suffix = "taskHub=local&connection=Storage";
    private const int RetryAfter_s = 10;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var request = httpContext.Request;
        var instance = $"{request.Scheme}://{request.Host}/runtime/webhooks/durabletask/instances/{Uri.EscapeDataString(instanceId)}";
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status202Accepted;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.Location = $"{instance}?{Suffix}";
        response.Headers.RetryAfter = RetryAfter_s.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using var writer = new Utf8JsonWriter(response.BodyWriter.AsStream(), new JsonWriterOptions { Encoder = Relaxed });
        writer.WriteStartObject();
        writer.WriteString("id", instanceId);
        writer.WriteString("statusQueryGetUri", $"{instance}?{Suffix}");
        writer.WriteString("sendEventPostUri", $"{instance}/raiseEvent/{{eventName}}?{Suffix}");
        writer.WriteString("terminatePostUri", $"{instance}/terminate?reason={{text}}&{Suffix}");
        writer.WriteString("purgeHistoryDeleteUri", $"{instance}?{Suffix}");
        writer.WriteString("restartPostUri", $"{instance}/restart?{Suffix}");
        writer.WriteString("suspendPostUri", $"{instance}/suspend?reason={{text}}&{Suffix}");
        writer.WriteString("resumePostUri", $"{instance}/resume?reason={{text}}&{Suffix}");
        writer.WriteEndObject();
    }

    // Links are read by people: no \u0026 in them.
    private static readonly System.Text.Encodings.Web.JavaScriptEncoder Relaxed =
        System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
}
