using CoreNode.Foundation;
using Mono.Cecil;

namespace CoreNode.Tests.Architecture;

/// <summary>Log event ids: people filter and alert on them, so each means one thing for ever.</summary>
internal static class EventIdRules
{
    private const int RangeSize = 100;

    /// <summary>One log message in the compiled code.</summary>
    public sealed record LogEvent(string Module, string Where, int Id);

    /// <summary>All methods with [LoggerMessage].</summary>
    public static IReadOnlyList<LogEvent> Collect(ModuleDefinition assembly, string root) =>
    [
        .. from type in assembly.GetTypes()
           where type.FullName.StartsWith(root + ".", StringComparison.Ordinal)
           from method in type.Methods
           from attribute in method.CustomAttributes
           where attribute.AttributeType.Name == "LoggerMessageAttribute"
           select new LogEvent(ModuleOf(type, root), $"{type.Name}.{method.Name}", IdOf(attribute)),
    ];

    /// <summary>
    /// Ids used twice or outside the range of their module; <paramref name="firstIdOf"/> gives its begin.
    /// </summary>
    public static IEnumerable<string> Violations(IReadOnlyList<LogEvent> events, Func<string, int?> firstIdOf)
    {
        foreach (IGrouping<int, LogEvent> group in events.GroupBy(e => e.Id).Where(g => g.Count() > 1))
            yield return $"event id {group.Key} is used by {string.Join(" and ", group.Select(e => e.Where))}";
        foreach (LogEvent one in events)
        {
            int? first = firstIdOf(one.Module);
            if (first is null)
                yield return $"{one.Where}: module {one.Module} has no range in EventIds";
            else if (one.Id < first || one.Id >= first + RangeSize)
                yield return $"{one.Where}: event id {one.Id} is not in {one.Module}'s {first}…{first + RangeSize - 1}";
        }
    }

    /// <summary>The range that EventIds gives to a module or the module around it.</summary>
    public static int? FirstIdOf(string module)
    {
        // UnitsWatching is that of Units.Watching and of what is inside.
        string[] parts = module.Split('.');
        string[] names = [string.Concat(parts.Take(2)), parts[0]];
        return names.Select(static name => typeof(EventIds).GetField(name)?.GetRawConstantValue() as int?)
            .FirstOrDefault(static first => first is not null);
    }

    private static string ModuleOf(TypeDefinition type, string root)
    {
        TypeDefinition outer = type;
        while (outer.DeclaringType is not null)
            outer = outer.DeclaringType;
        return outer.Namespace == root ? "Program" : outer.Namespace[(root.Length + 1)..];
    }

    private static int IdOf(CustomAttribute attribute)
    {
        foreach (CustomAttributeNamedArgument named in attribute.Properties)
        {
            if (named.Name == "EventId")
                return (int)named.Argument.Value;
        }

        return attribute.ConstructorArguments.Count == 3 ? (int)attribute.ConstructorArguments[0].Value : 0;
    }
}
