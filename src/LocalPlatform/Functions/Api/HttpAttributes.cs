namespace Microsoft.Azure.Functions.Worker
{
    /// <summary>Which key a caller of an HTTP function must send. Keys are not checked in a local run.</summary>
    public enum AuthorizationLevel
    {
        /// <summary>No key.</summary>
        Anonymous = 0,

        /// <summary>A logged-in user; accepted for compatibility, treated as <see cref="Anonymous"/>.</summary>
        User = 1,

        /// <summary>A key of the function or of the host.</summary>
        Function = 2,

        /// <summary>A system key.</summary>
        System = 3,

        /// <summary>The master key.</summary>
        Admin = 4,
    }

    /// <summary>The function runs for an HTTP request.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class HttpTriggerAttribute : Attribute
    {
        /// <summary>All methods, with a function key.</summary>
        public HttpTriggerAttribute() => AuthLevel = AuthorizationLevel.Function;

        /// <summary>The given methods, with the lowest authorization level, as the original defaults.</summary>
        public HttpTriggerAttribute(params string[] methods) => Methods = methods;

        /// <summary>All methods, with the given authorization level.</summary>
        public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

        /// <summary>The given methods with the given authorization level.</summary>
        public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
        {
            AuthLevel = authLevel;
            Methods = methods;
        }

        /// <summary>The route template below the route prefix; the function's name when not set.</summary>
        public string? Route { get; set; }

        /// <summary>The HTTP methods; null or empty for all.</summary>
        public string[]? Methods { get; private set; }

        /// <summary>The key a caller needs.</summary>
        public AuthorizationLevel AuthLevel { get; private set; }
    }

    /// <summary>Marks the property of a function's result that is the HTTP response, when other properties are output bindings.</summary>
    [AttributeUsage(AttributeTargets.Property)]
    public class HttpResultAttribute : Attribute
    {
    }
}

namespace Microsoft.Azure.Functions.Worker.Http
{
    /// <summary>The parameter is read from the JSON body of the request.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class FromBodyAttribute : Attribute
    {
    }
}
