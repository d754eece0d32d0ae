namespace CoreNode.Api.Access;

/// <summary>Whether a request comes from a web page: browsers say so in the Origin header.</summary>
internal enum PageOrigin
{
    /// <summary>There is no such header: a program, or a page that only reads.</summary>
    None,

    /// <summary>A page of an origin that --cors names; "*" names none.</summary>
    Named,

    /// <summary>Any other page.</summary>
    Foreign,
}
