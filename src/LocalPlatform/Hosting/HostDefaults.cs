using LocalPlatform.Settings;
namespace LocalPlatform.Hosting;

/// <summary>Settings that hold unless anything else sets them.</summary>
internal static class HostDefaults
{
    public static Dictionary<string, string?> Settings(HostJson hostJson, PlatformFile file, HostAddress address)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["LocalPlatform:DataPath"] = ".local",
            ["Logging:LogLevel:Default"] = "Information",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
            // At any level but None, ASP.NET Core starts an Activity for each request.
            ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
            ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
            ["Logging:LogLevel:Microsoft.DurableTask"] = "Warning",
            ["Logging:LogLevel:System.Net.Http"] = "Warning",
            ["Logging:LogLevel:Yarp"] = "Warning",
            // A call that its client gave up is no news.
            ["Logging:LogLevel:Grpc"] = "None",
        };
        foreach (var (category, level) in hostJson.LogLevels)
            settings[$"Logging:LogLevel:{(category.Equals("default", StringComparison.OrdinalIgnoreCase) ? "Default" : category)}"] = level;
        foreach (var (name, value) in file.Settings)
            settings[name] = value.Replace("{baseUrl}", address.BaseUrl, StringComparison.Ordinal);
        return settings;
    }
}
