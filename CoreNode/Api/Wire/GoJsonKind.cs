namespace CoreNode.Api.Wire;

/// <summary>Kinds of JSON values.</summary>
public enum GoJsonKind
{
    Null,
    Bool,
    Number,
    Text,
    Array,
    Map,
}
