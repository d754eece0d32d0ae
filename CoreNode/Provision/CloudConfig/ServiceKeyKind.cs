namespace CoreNode.Provision.CloudConfig;

/// <summary>What becomes of a key of one of CoreOS's services.</summary>
internal enum ServiceKeyKind
{
    /// <summary>The text is the value of an option.</summary>
    Text,

    /// <summary>The same; several values with commas between.</summary>
    List,

    /// <summary>True or false.</summary>
    Switch,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A time as Go writes it.</summary>
    Time,

    /// <summary>One of a few words.</summary>
    Word,

    /// <summary>Nothing, and nothing is lost by it.</summary>
    NoEffect,

    /// <summary>Nothing, and who wrote it should know.</summary>
    NoEffectWarned,

    /// <summary>Looked at together with others.</summary>
    Special,
}
