namespace CoreNode.Provision.Ignition;

/// <summary>What a field of Ignition's specification holds.</summary>
internal enum FieldKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>true or false.</summary>
    Switch,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A list of texts.</summary>
    Texts,

    /// <summary>An object.</summary>
    Map,

    /// <summary>A list of objects.</summary>
    Maps,

    /// <summary>What is not done here, whatever it holds.</summary>
    Refused,
}
