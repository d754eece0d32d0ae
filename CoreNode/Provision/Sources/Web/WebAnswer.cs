using System.Net;
using System.Net.Http.Headers;

namespace CoreNode.Provision.Sources.Web;

/// <summary>What a server answered.</summary>
/// <param name="At">Who, after redirects.</param>
/// <param name="Status">Its status.</param>
/// <param name="Body">Its body; empty where it is no success.</param>
/// <param name="Headers">Its headers.</param>
internal sealed record WebAnswer(Uri At, HttpStatusCode Status, byte[] Body, HttpResponseHeaders Headers)
{
    /// <summary>200.</summary>
    public bool IsGood => Status == HttpStatusCode.OK;

    /// <summary>What is not there.</summary>
    public bool IsMissing => Status == HttpStatusCode.NotFound;

    /// <summary>The same question may have another answer soon.</summary>
    public bool MayChange => (int)Status is 408 or 425 or 429 or >= 500;

    /// <summary>Its status as people read it.</summary>
    public string StatusText => $"{(int)Status} {Status}";

    /// <summary>The first value of a header; empty if it is not there.</summary>
    public string Header(string name)
    {
        if (Headers.TryGetValues(name, out IEnumerable<string>? values))
        {
            foreach (string value in values)
                return value;
        }

        return "";
    }
}
