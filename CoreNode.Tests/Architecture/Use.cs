namespace CoreNode.Tests.Architecture;

/// <summary>One place in the compiled code that needs something outside its own type.</summary>
/// <param name="Module">The module that the place belongs to.</param>
/// <param name="Where">Type and member, with file and line if symbols are there.</param>
/// <param name="TargetModule">The module needed; null if it is outside the assembly.</param>
/// <param name="Assembly">The assembly needed.</param>
/// <param name="Type">Full name of the type needed, of the outermost one if nested.</param>
/// <param name="Member">The method or field needed; empty if only the type.</param>
internal sealed record Use(
    string Module, string Where, string? TargetModule, string Assembly, string Type, string Member)
{
    /// <summary>True for a native function that is declared at that place.</summary>
    public bool IsNative { get; init; }

    /// <summary>True for code that the compiler made (iterators, closures).</summary>
    public bool IsGenerated { get; init; }

    /// <summary>True for the state machine that the compiler made of an async method.</summary>
    public bool IsAwaiting { get; init; }

    /// <summary>What is needed, for messages.</summary>
    public string Target => Member.Length == 0 ? Type : $"{Type}.{Member}";
}
