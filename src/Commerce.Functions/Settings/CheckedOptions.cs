using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Settings;

/// <summary>Settings that say themselves what is wrong with them.</summary>
public interface ICheckedOptions
{
    /// <summary>What is wrong, naming the setting; null when nothing is.</summary>
    string? Problem();

    /// <summary>How long a function may run because of them, and which they are; null when that is not up to them.</summary>
    (TimeSpan Work, string Settings)? LongestRun => null;
}

internal static class CheckedOptions
{
    /// <summary>Binds a section of the settings; the app does not start when something is wrong in it.</summary>
    public static IServiceCollection AddCheckedOptions<T>(this IServiceCollection services, IConfiguration configuration, string section)
        where T : class, ICheckedOptions
    {
        services.AddOptions<T>().Bind(configuration.GetSection(section)).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<T>>(new Validator<T>(new FunctionTimeout(configuration)));
    }

    /// <summary>The first setting that is outside its <see cref="RangeAttribute"/>, and that range; null when there is none.</summary>
    public static string? OutOfRange(string section, ICheckedOptions options)
    {
        foreach (var property in options.GetType().GetProperties())
        {
            if (property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(property.GetValue(options)))
            {
                var reason = range.ErrorMessage is { } why ? $": {why}" : "";
                var bounds = string.Create(CultureInfo.InvariantCulture, $"{range.Minimum:#,##0.##} to {range.Maximum:#,##0.##}");
                return $"{section}:{property.Name} must be {bounds}{reason}.";
            }
        }
        return null;
    }

    private sealed class Validator<T>(FunctionTimeout timeout) : IValidateOptions<T>
        where T : class, ICheckedOptions
    {
        // How long it takes says nothing of settings one of which is wrong by itself.
        public ValidateOptionsResult Validate(string? name, T options) =>
            (options.Problem() ?? (options.LongestRun is { } run ? timeout.Problem(run.Work, run.Settings) : null)) is { } problem
                ? ValidateOptionsResult.Fail(problem)
                : ValidateOptionsResult.Success;
    }
}
