using System.Reflection;
using LocalPlatform.Functions;

namespace LocalPlatform.Tests.Functions;

/// <summary>
/// What LocalPlatform declares in the vendor's namespaces is the API that an app may use in either build. The list is checked in, so
/// that a change shows in review and is held against the genuine packages.
/// </summary>
public class PublicSurfaceTests
{
    [Fact]
    public void The_declared_surface_equals_the_checked_in_list()
    {
        var actual = Surface().ToList();
        var expected = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "PublicSurface.txt")).Where(line => line.Length > 0).ToList();
        var added = actual.Except(expected).Select(line => "+ " + line);
        var gone = expected.Except(actual).Select(line => "- " + line);
        var difference = string.Join('\n', gone.Concat(added));
        if (difference.Length > 0)
            File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, "PublicSurface.actual.txt"), actual);
        Assert.True(difference.Length == 0, $"Hold these against the genuine packages, then bring PublicSurface.txt up to date:\n{difference}");
    }

    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static IEnumerable<string> Surface() =>
        from type in typeof(FunctionsStartupException).Assembly.GetExportedTypes()
        where type.Namespace!.StartsWith("Microsoft.", StringComparison.Ordinal)
        orderby type.FullName
        from line in (IEnumerable<string>)[Heading(type), .. Members(type).Order(StringComparer.Ordinal)]
        select line;

    private static string Heading(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            _ when typeof(Delegate).IsAssignableFrom(type) => "delegate",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var bases = type.BaseType is { } b && b != typeof(object) && b.Namespace!.StartsWith("Microsoft.", StringComparison.Ordinal)
            ? $" : {Name(b)}"
            : "";
        return $"{type.Namespace}.{Name(type)} ({kind}{bases})";
    }

    private static IEnumerable<string> Members(Type type)
    {
        foreach (var member in type.GetMembers(Declared))
        {
            var text = member switch
            {
                ConstructorInfo c when IsVisible(c) => $"new({Parameters(c)})",
                MethodInfo m when IsVisible(m) && !IsGenerated(m) => $"{Modifier(m)}{Name(m.ReturnType)} {m.Name}{Generics(m)}({Parameters(m)})",
                PropertyInfo p when p.GetAccessors(true).Any(IsVisible) =>
                    $"{Modifier(p.GetAccessors(true)[0])}{Name(p.PropertyType)} {p.Name}{Accessors(p)}",
                FieldInfo { IsPublic: true, IsSpecialName: false } f when type.IsEnum =>
                    $"{f.Name} = {Convert.ToInt32(f.GetRawConstantValue(), null)}",
                FieldInfo { IsPublic: true } f when !type.IsEnum => $"{Name(f.FieldType)} {f.Name}",
                _ => null,
            };
            if (text is not null && !typeof(Delegate).IsAssignableFrom(type))
                yield return $"  {text}";
            else if (text is not null && member.Name == "Invoke")
                yield return $"  {text}";
        }
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    // Accessors are told by their properties; what the compiler makes for records is no part of the design.
    private static bool IsGenerated(MethodInfo method) =>
        (method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal))
        || method.Name.Contains('<', StringComparison.Ordinal)
        || method.Name is "PrintMembers" or "Deconstruct" or "GetHashCode" or "Equals" or "ToString"
        || (method.Name is "op_Equality" or "op_Inequality");

    private static string Modifier(MethodInfo method) =>
        (method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "")
        + (method.IsStatic ? "static " : method.IsAbstract && !method.DeclaringType!.IsInterface ? "abstract "
            : method.IsVirtual && !method.IsFinal && !method.DeclaringType!.IsInterface ? "virtual " : "");

    private static string Accessors(PropertyInfo property)
    {
        var get = property.GetMethod is { } getter && IsVisible(getter) ? " get;" : "";
        var set = property.SetMethod is { } setter && IsVisible(setter) ? " set;" : "";
        return $" {{{get}{set} }}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var list = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var otherwise = parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "";
        return $"{list}{Name(parameter.ParameterType)} {parameter.Name}{otherwise}";
    }));

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } bare)
            return Name(bare) + "?";
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        var outer = type.IsNested && !type.IsGenericParameter ? Name(type.DeclaringType!) + "." : "";
        var arguments = type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : "";
        return outer + type.Name.Split('`')[0] + arguments;
    }
}
