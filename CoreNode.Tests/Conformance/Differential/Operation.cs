namespace CoreNode.Tests.Conformance.Differential;

/// <summary>What a request asks for, in etcd's order of deciding: the rows of the coverage table.</summary>
internal enum Operation
{
    Get,
    Head,
    Watch,
    Stream,
    Set,
    Create,
    Update,
    CompareAndSwap,
    Post,
    Delete,
    CompareAndDelete,

    /// <summary>Methods that the end point refuses, OPTIONS, other end points and paths that are redirected.</summary>
    Transport,
}
