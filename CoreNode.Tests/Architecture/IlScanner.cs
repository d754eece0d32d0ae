using Mono.Cecil;
using Mono.Cecil.Cil;

namespace CoreNode.Tests.Architecture;

/// <summary>
/// Collects what every type below one namespace needs: base types, interfaces, attributes, constraints, fields,
/// signatures, locals, handlers and every instruction's operand. What the compiler made of lambdas, iterators and async
/// methods is nested in the type it was written in, so it counts for that type's module. Constants are copied by the
/// compiler and leave no trace here; the using directives show them (<see cref="UsingScanner"/>).
/// </summary>
internal sealed class IlScanner
{
    private readonly string _root;
    private readonly ModuleDefinition _assembly;
    private readonly HashSet<Use> _uses = [];
    private string _module = "";
    private string _where = "";
    private bool _isGenerated;
    private bool _isAwaiting;

    private IlScanner(ModuleDefinition assembly, string root)
    {
        _assembly = assembly;
        _root = root;
    }

    /// <summary>
    /// Everything that the types below <paramref name="root"/> in that assembly need, without repetition.
    /// </summary>
    public static IReadOnlyCollection<Use> Scan(ModuleDefinition assembly, string root)
    {
        IlScanner scanner = new(assembly, root);
        foreach (TypeDefinition type in assembly.GetTypes())
        {
            if (scanner.ModuleOf(type) is { } module)
                scanner.Walk(type, module);
        }

        return scanner._uses;
    }

    /// <summary>Opens an assembly with its symbols if they lie beside it.</summary>
    public static ModuleDefinition Open(string path)
    {
        DefaultAssemblyResolver resolver = new();
        resolver.AddSearchDirectory(Path.GetDirectoryName(path));
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        resolver.AddSearchDirectory(
            Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Http.HttpContext).Assembly.Location));
        bool hasSymbols = File.Exists(Path.ChangeExtension(path, ".pdb"));
        return ModuleDefinition.ReadModule(
            path, new ReaderParameters { AssemblyResolver = resolver, ReadSymbols = hasSymbols });
    }

    /// <summary>
    /// The module of a type: its outermost type's namespace below the root; null if it is not below it.
    /// </summary>
    private string? ModuleOf(TypeReference type)
    {
        string space = Outermost(type).Namespace;
        if (space == _root)
            return "Program";
        return space.StartsWith(_root + ".", StringComparison.Ordinal) ? space[(_root.Length + 1)..] : null;
    }

    private static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;
        return type;
    }

    private void Walk(TypeDefinition type, string module)
    {
        _module = module;
        _where = Readable(type);
        _isGenerated = type.Name.Contains('<', StringComparison.Ordinal);
        _isAwaiting = type.Interfaces.Any(i => i.InterfaceType.Name == "IAsyncStateMachine");
        AddType(type.BaseType);
        foreach (InterfaceImplementation implemented in type.Interfaces)
            AddType(implemented.InterfaceType);
        AddAttributes(type);
        AddConstraints(type);
        foreach (FieldDefinition field in type.Fields)
        {
            _where = $"{Readable(type)}.{field.Name}";
            AddType(field.FieldType);
            AddAttributes(field);
        }

        foreach (PropertyDefinition property in type.Properties)
        {
            _where = $"{Readable(type)}.{property.Name}";
            AddAttributes(property);
        }

        foreach (EventDefinition happening in type.Events)
        {
            _where = $"{Readable(type)}.{happening.Name}";
            AddType(happening.EventType);
            AddAttributes(happening);
        }

        foreach (MethodDefinition method in type.Methods)
            Walk(method);
    }

    private void Walk(MethodDefinition method)
    {
        string name = $"{Readable(method.DeclaringType)}.{method.Name}";
        _where = name;
        AddType(method.ReturnType);
        AddAttributes(method);
        AddAttributes(method.MethodReturnType);
        AddConstraints(method);
        foreach (ParameterDefinition parameter in method.Parameters)
        {
            AddType(parameter.ParameterType);
            AddAttributes(parameter);
        }

        if (method.IsPInvokeImpl)
            AddNative(method);
        if (!method.HasBody)
            return;
        foreach (VariableDefinition local in method.Body.Variables)
            AddType(local.VariableType);
        foreach (ExceptionHandler handler in method.Body.ExceptionHandlers)
            AddType(handler.CatchType);
        foreach (Instruction instruction in method.Body.Instructions)
        {
            SequencePoint? point = method.DebugInformation.GetSequencePoint(instruction);
            if (point is { IsHidden: false })
                _where = $"{name} ({Path.GetFileName(point.Document.Url)}:{point.StartLine})";
            AddOperand(instruction.Operand);
        }
    }

    private void AddOperand(object? operand)
    {
        switch (operand)
        {
            case TypeReference type:
                AddType(type);
                break;
            case MethodReference method:
                AddMember(method);
                break;
            case FieldReference field:
                AddType(field.FieldType);
                Add(field.DeclaringType, field.Name);
                break;
            case CallSite site:
                AddSignature(site);
                break;
        }
    }

    private void AddMember(MethodReference method)
    {
        if (method is GenericInstanceMethod generic)
        {
            foreach (TypeReference argument in generic.GenericArguments)
                AddType(argument);
        }

        AddSignature(method.GetElementMethod());
        Add(method.DeclaringType, method.Name);
    }

    private void AddSignature(IMethodSignature signature)
    {
        AddType(signature.ReturnType);
        foreach (ParameterDefinition parameter in signature.Parameters)
            AddType(parameter.ParameterType);
    }

    private void AddAttributes(ICustomAttributeProvider provider)
    {
        foreach (CustomAttribute attribute in provider.CustomAttributes)
        {
            AddType(attribute.AttributeType);
            foreach (CustomAttributeArgument argument in attribute.ConstructorArguments)
                AddArgument(argument);
            foreach (CustomAttributeNamedArgument named in attribute.Properties.Concat(attribute.Fields))
                AddArgument(named.Argument);
        }
    }

    private void AddArgument(CustomAttributeArgument argument)
    {
        AddType(argument.Type);
        switch (argument.Value)
        {
            case TypeReference type:
                AddType(type);
                break;
            case CustomAttributeArgument boxed:
                AddArgument(boxed);
                break;
            case CustomAttributeArgument[] many:
                foreach (CustomAttributeArgument one in many)
                    AddArgument(one);
                break;
        }
    }

    private void AddConstraints(IGenericParameterProvider provider)
    {
        foreach (GenericParameter parameter in provider.GenericParameters)
        {
            foreach (GenericParameterConstraint constraint in parameter.Constraints)
                AddType(constraint.ConstraintType);
        }
    }

    private void AddType(TypeReference? type) => Add(type, "");

    private void Add(TypeReference? type, string member)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                foreach (TypeReference argument in generic.GenericArguments)
                    AddType(argument);
                Add(generic.ElementType, member);
                return;
            case FunctionPointerType pointer:
                AddSignature(pointer);
                return;
            case IModifierType modified:
                AddType(modified.ModifierType);
                Add(modified.ElementType, member);
                return;
            case TypeSpecification wrapped:
                Add(wrapped.ElementType, member);
                return;
        }

        TypeReference outermost = Outermost(type);
        bool isOwn = outermost.Scope is ModuleDefinition;
        string? module = isOwn ? ModuleOf(type) : null;
        if (module == _module || (isOwn && module is null))
            return;
        _uses.Add(new Use(_module, _where, module, AssemblyOf(outermost), outermost.FullName, member)
        {
            IsGenerated = _isGenerated,
            IsAwaiting = _isAwaiting,
        });
    }

    private void AddNative(MethodDefinition method) =>
        _uses.Add(new Use(_module, _where, null, method.PInvokeInfo.Module.Name, "", method.PInvokeInfo.EntryPoint)
        {
            IsNative = true,
        });

    private string AssemblyOf(TypeReference type) =>
        type.Scope is AssemblyNameReference reference ? reference.Name : _assembly.Assembly.Name.Name;

    private static string Readable(TypeDefinition type) => type.FullName.Replace('/', '.');
}
