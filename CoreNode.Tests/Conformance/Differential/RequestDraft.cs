using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>A request while it is being drawn: parameters with their places, then put together once.</summary>
internal sealed class RequestDraft(Prng prng, Operation operation, string method, string key)
{
    private static readonly string[] Noise =
        ["&", "=x", "flag", "consistent=true", "Value=x", "a=b=c", "VALUE=1", "%20=1"];

    private readonly List<(string Name, string Value, bool InBody)> _parameters = [];
    private readonly List<CarriedParameter> _carried = [];

    /// <summary>The key in clean form.</summary>
    public string Key { get; } = key;

    /// <summary>Method as sent.</summary>
    public string Method { get; } = method;

    /// <summary>Whether etcd reads this method's body as a form.</summary>
    public bool ReadsBody => Method is "PUT" or "POST";

    /// <summary>The key as written in the target.</summary>
    public string SpelledKey { get; set; } = key;

    /// <summary>
    /// What the request counts as; a path that is refused before the store makes it a matter of transport.
    /// </summary>
    public Operation Operation { get; set; } = operation;

    /// <summary>A form that cannot be parsed, in the query or in the body; null for none.</summary>
    public string? Malformed { get; set; }

    /// <summary>The body's content type where it is not a form: then its parameters must not count.</summary>
    public string? ForeignContentType { get; set; }

    /// <summary>True when a parameter of that name is there already.</summary>
    public bool Has(string name) => _parameters.Exists(p => p.Name == name);

    /// <summary>The name of a parameter that is there; null without any.</summary>
    public string? AnyName() => _parameters.Count == 0 ? null : _parameters[prng.Next(_parameters.Count)].Name;

    /// <summary>Adds a parameter in the query or, where that is read, in the body.</summary>
    public void Add(string name, string value, Spelling spelling = Spelling.Good)
    {
        bool inBody = ReadsBody && prng.Chance(0.6);
        _parameters.Add((name, value, inBody));
        _carried.Add(new CarriedParameter(name, value.Length == 0 ? Spelling.Empty : spelling, inBody));
    }

    /// <summary>
    /// Adds a second one of the same name in a place that must lose: later, or in the query when both are.
    /// </summary>
    public void Repeat(string name, string value)
    {
        (string _, string _, bool firstInBody) = _parameters.Find(p => p.Name == name);
        bool inBody = firstInBody && prng.Chance(0.5);
        _parameters.Add((name, value, inBody));
        _carried.Add(new CarriedParameter(name, Spelling.Repeated, inBody));
    }

    /// <summary>The request.</summary>
    public DifferentialRequest Build()
    {
        bool foreign = ForeignContentType is not null;
        string query = Join(_parameters.Where(p => !p.InBody || foreign));
        string body = foreign ? "value=ignored&ttl=x&dir=nonsense" : Join(_parameters.Where(p => p.InBody));
        if (Malformed is not null && ReadsBody && !foreign && prng.Chance(0.5))
            body = body.Length == 0 ? Malformed : $"{body}&{Malformed}";
        else if (Malformed is not null)
            query = query.Length == 0 ? Malformed : $"{query}&{Malformed}";
        if (prng.Chance(0.04))
            query += "&" + Noise[prng.Next(Noise.Length)];

        StringBuilder target = new StringBuilder("/v2/keys").Append(SpelledKey);
        if (query.Length > 0 || prng.Chance(0.02))
            target.Append('?').Append(query);
        return new DifferentialRequest(
            Operation, Method, target.ToString(), ContentType(body), body.Length > 0 ? body : null,
            [.. _carried.Select(c => c with { InBody = c.InBody && !foreign })], Key);
    }

    private string? ContentType(string body)
    {
        if (ForeignContentType is not null)
            return ForeignContentType.Length == 0 ? null : ForeignContentType;
        if (!ReadsBody || body.Length == 0)
            return null;
        return prng.Next(30) switch
        {
            0 => "application/x-www-form-urlencoded; charset=utf-8",
            1 => "Application/X-WWW-Form-URLEncoded",
            _ => "application/x-www-form-urlencoded",
        };
    }

    private static string Join(IEnumerable<(string Name, string Value, bool InBody)> parameters) =>
        string.Join('&', parameters.Select(p => p.Name + "=" + p.Value));
}
