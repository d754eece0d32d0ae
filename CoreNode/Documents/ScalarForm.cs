namespace CoreNode.Documents;

/// <summary>How a scalar was written.</summary>
public enum ScalarForm
{
    /// <summary>YAML without quotes: who reads the value decides whether it is a number, a switch or text.</summary>
    Plain,

    /// <summary>In quotes or as a block: text.</summary>
    Quoted,

    /// <summary>A number of JSON.</summary>
    Number,

    /// <summary>true or false of JSON.</summary>
    Switch,

    /// <summary>null of JSON.</summary>
    Null,
}
