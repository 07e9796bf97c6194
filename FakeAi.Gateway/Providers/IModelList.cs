namespace FakeAi.Gateway.Providers;

/// <summary>A provider's list of models, from the catalogue.</summary>
internal interface IModelList
{
    /// <summary>Answers with all of them, or a page of them.</summary>
    Task ListAsync(HttpContext context);

    /// <summary>Answers with one of them.</summary>
    /// <param name="context">The request.</param>
    /// <param name="id">The model, as the path names it.</param>
    Task GetAsync(HttpContext context, string id);
}
