namespace CoreNode.Tests.Architecture;

/// <summary>One row of the dependency table.</summary>
/// <param name="Name">Namespace below the root: "Api.Wire".</param>
/// <param name="Kind">What it may touch outside the code.</param>
/// <param name="MayUse">Other modules it may use; Foundation is allowed to all and not listed.</param>
internal sealed record ModuleRule(string Name, ModuleKind Kind, params string[] MayUse)
{
    /// <summary>May declare native functions.</summary>
    public bool IsNative { get; init; }
}
