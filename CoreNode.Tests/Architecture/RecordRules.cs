using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace CoreNode.Tests.Architecture;

/// <summary>
/// What no code may ask of a record, because the native executable leaves it out (docs/decisions/0040): the hash and
/// the text that the compiler would make.
/// </summary>
internal static class RecordRules
{
    private static readonly string[] s_keyed =
    [
        "Dictionary`2", "HashSet`1", "ConcurrentDictionary`2", "IDictionary`2", "IReadOnlyDictionary`2", "ISet`1",
        "IReadOnlySet`1", "ImmutableDictionary`2", "ImmutableHashSet`1", "FrozenDictionary`2", "FrozenSet`1",
    ];

    // By the place of the type that is hashed among those of the method.
    private static readonly Dictionary<string, int> s_hashing = new(StringComparer.Ordinal)
    {
        ["Distinct"] = 0,
        ["DistinctBy"] = 1,
        ["Union"] = 0,
        ["Except"] = 0,
        ["Intersect"] = 0,
        ["ToHashSet"] = 0,
        ["ToDictionary"] = 1,
        ["GroupBy"] = 1,
    };

    /// <summary>Records without an own hash that a method there hashes: record and place.</summary>
    public static IReadOnlyCollection<string> Hashed(ModuleDefinition assembly)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        foreach (MethodDefinition method in Bodies(assembly))
        {
            IEnumerable<TypeReference> types = method.Body.Variables.Select(static v => v.VariableType)
                .Concat(method.DeclaringType.Fields.Select(static f => f.FieldType))
                .Concat(method.Body.Instructions.Select(static i => (i.Operand as MethodReference)?.DeclaringType)
                    .OfType<TypeReference>());
            IEnumerable<TypeReference> keys = types.SelectMany(Keys).Concat(
                method.Body.Instructions.SelectMany(static i => Hashes(i.Operand as MethodReference)));
            foreach (TypeReference record in keys.SelectMany(Parts).Where(IsHashedByCompiler))
                found.Add($"{record.FullName}: {method.FullName}");
        }

        return found;
    }

    /// <summary>Records without an own text of which a method there makes one: record and place.</summary>
    public static IReadOnlyCollection<string> Printed(ModuleDefinition assembly)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        foreach (MethodDefinition method in Bodies(assembly).Where(static m => m.Name != "PrintMembers"))
        {
            foreach (Instruction instruction in method.Body.Instructions)
            {
                if (instruction.Operand is MethodReference called && Text(method, instruction, called) is { } record
                    && IsPrintedByCompiler(record))
                {
                    found.Add($"{record.FullName}: {method.FullName}");
                }
            }
        }

        return found;
    }

    private static IEnumerable<MethodDefinition> Bodies(ModuleDefinition assembly) =>
        assembly.GetAllTypes().SelectMany(static t => t.Methods).Where(static m => m.HasBody);

    // The type of what becomes a text by this call.
    private static TypeReference? Text(MethodDefinition method, Instruction instruction, MethodReference called)
    {
        if (called is GenericInstanceMethod { Name: "AppendFormatted" or "Join" or "Append" } formatted)
            return formatted.GenericArguments.FirstOrDefault(IsPrintedByCompiler);
        if (called.Name != "ToString" || called.Parameters.Count > 0)
            return null;
        Instruction? before = instruction.Previous;
        // text + value: value; dup; brtrue; pop; ldnull; br; ToString
        if (before?.OpCode.FlowControl == FlowControl.Branch)
            before = before.Previous?.Previous?.Previous?.Previous?.Previous;
        return before?.Operand switch
        {
            VariableDefinition variable => variable.VariableType,
            ParameterDefinition parameter => parameter.ParameterType,
            FieldReference field => field.FieldType,
            MethodReference given => given.ReturnType,
            TypeReference type => type,
            _ => Short(method, before),
        };
    }

    // ldarg.1, ldloc.0 and the like have no operand.
    private static TypeReference? Short(MethodDefinition method, Instruction? instruction)
    {
        int code = instruction is null ? -1 : (int)instruction.OpCode.Code;
        if (code is >= (int)Code.Ldloc_0 and <= (int)Code.Ldloc_3)
            return method.Body.Variables[code - (int)Code.Ldloc_0].VariableType;
        if (code is < (int)Code.Ldarg_0 or > (int)Code.Ldarg_3)
            return null;
        int place = code - (int)Code.Ldarg_0 - (method.HasThis ? 1 : 0);
        return place < 0 ? method.DeclaringType : method.Parameters[place].ParameterType;
    }

    private static IEnumerable<TypeReference> Keys(TypeReference type)
    {
        if (type is FunctionPointerType or not TypeSpecification)
            return [];
        if (type is not GenericInstanceType generic)
            return Keys(((TypeSpecification)type).ElementType);
        IEnumerable<TypeReference> inner = generic.GenericArguments.SelectMany(Keys);
        return s_keyed.Contains(generic.ElementType.Name) ? inner.Append(generic.GenericArguments[0]) : inner;
    }

    private static IEnumerable<TypeReference> Hashes(MethodReference? called)
    {
        if (called is GenericInstanceMethod generic)
        {
            if (generic.Name == "Combine")
                return generic.GenericArguments;
            return s_hashing.TryGetValue(generic.Name, out int place) && place < generic.GenericArguments.Count
                ? [generic.GenericArguments[place]]
                : [];
        }

        return called is { Name: "GetHashCode", Parameters.Count: 0 } ? [called.DeclaringType] : [];
    }

    // What is hashed with a tuple is what is in it.
    private static IEnumerable<TypeReference> Parts(TypeReference type) =>
        type is GenericInstanceType generic && (generic.Name.StartsWith("ValueTuple", StringComparison.Ordinal)
            || generic.Name.StartsWith("Nullable", StringComparison.Ordinal))
            ? generic.GenericArguments.SelectMany(Parts)
            : [type];

    private static bool IsHashedByCompiler(TypeReference type) => HasOfCompiler(type, "GetHashCode");

    private static bool IsPrintedByCompiler(TypeReference type) => HasOfCompiler(type, "ToString");

    private static bool HasOfCompiler(TypeReference type, string name) => Definition(type) is { } record
        && record.Methods.Any(static m => m.Name == "PrintMembers")
        && record.Methods.Any(m => m.Name == name && m.Parameters.Count == 0
            && m.CustomAttributes.Any(static a => a.AttributeType.Name == "CompilerGeneratedAttribute"));

    private static TypeDefinition? Definition(TypeReference? type) =>
        type is null or GenericParameter || type.Namespace.StartsWith("System", StringComparison.Ordinal)
            ? null
            : type.GetElementType().Resolve();
}
