using Microsoft.AspNetCore.Http.Features;

// The ceiling of HTTP on this machine: every request is read to its end and answered with the same JSON of --bytes bytes.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
var size = builder.Configuration.GetValue("bytes", 600);
var answer = System.Text.Encoding.ASCII.GetBytes($"{{\"padding\":\"{new string('x', Math.Max(0, size - 14))}\"}}");

var app = builder.Build();
app.Run(async context =>
{
    if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
    context.Response.ContentType = "application/json";
    context.Response.ContentLength = answer.Length;
    await context.Response.Body.WriteAsync(answer, context.RequestAborted);
});
app.Run();
