namespace LocalPlatform.Hosting;

/// <summary>What a host tells its worker at the start, under the names by which the worker looks for it.</summary>
internal static class WorkerSettings
{
    public const string HostEndpoint = "Functions:Worker:HostEndpoint";

    private const int MessageBytesMax = 128 * 1024 * 1024;

    /// <summary>The settings of a worker whose host is at an address, for the app in a folder.</summary>
    public static Dictionary<string, string?> For(string workerId, string address, string folder)
    {
        // The worker looks for these two in the environment only, and reads the host.json of the first by itself.
        Environment.SetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY", folder);
        Environment.SetEnvironmentVariable("FUNCTIONS_WORKER_DIRECTORY", AppContext.BaseDirectory);
        return new()
        {
            [HostEndpoint] = address,
            ["Functions:Worker:WorkerId"] = workerId,
            ["Functions:Worker:RequestId"] = "start",
            ["Functions:Worker:GrpcMaxMessageLength"] = MessageBytesMax.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }
}
