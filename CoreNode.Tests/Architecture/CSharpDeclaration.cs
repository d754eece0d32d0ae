namespace CoreNode.Tests.Architecture;

/// <summary>A type, or a member with a body, in a source file.</summary>
/// <param name="Name">A type's name; a member's heading.</param>
/// <param name="FirstLine">Line of its first attribute or modifier, from 1.</param>
/// <param name="LastLine">Line of its last brace or semicolon.</param>
/// <param name="Depth">Number of types around it.</param>
/// <param name="IsType">False for methods, constructors, properties and operators.</param>
/// <param name="IsPublic">True if it and every type around it say so.</param>
internal sealed record CSharpDeclaration(
    string Name, int FirstLine, int LastLine, int Depth, bool IsType, bool IsPublic);
